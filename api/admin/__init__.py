from api.admin.tokens import TokenAdmin

__all__ = ["TokenAdmin"]
