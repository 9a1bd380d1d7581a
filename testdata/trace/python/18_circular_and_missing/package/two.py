import one
from one import absent_name
