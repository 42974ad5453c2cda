from django.apps import AppConfig


class BooksConfig(AppConfig):
    name = "books"

    def ready(self) -> None:
        from books.kind import BOOK
        from publishing import kinds

        kinds.register(BOOK)
