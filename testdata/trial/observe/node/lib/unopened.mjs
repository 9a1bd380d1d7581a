export default 'unopened';
