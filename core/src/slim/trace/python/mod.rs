mod function;

pub(super) use function::trace;
