from tests.sync.conftest import known, root

__all__ = ["known", "root"]
