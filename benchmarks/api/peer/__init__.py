"""What others would write for the same data: a look-up of stored bytes, and a plain API with Django REST framework."""
