from ..near import thing
