from app import number

value = number
