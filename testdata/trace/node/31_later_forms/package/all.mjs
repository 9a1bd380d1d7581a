export { default } from "./deep.mjs";
