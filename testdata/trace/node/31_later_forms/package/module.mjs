const it = 1;
export { it as 'module.exports' };
