"use strict";
var __importDefault = (this && this.__importDefault) || function (mod) { return (mod && mod.__esModule) ? mod : { "default": mod }; };
var __importStar = (this && this.__importStar) || (function () { return function (mod) { return mod; }; })();
Object.defineProperty(exports, "__esModule", { value: true });
exports.handler = void 0;
const node_path_1 = __importDefault(require("node:path"));
const fs = __importStar(require("fs"));
const node_url_1 = require("node:url");
const _interop = _interopRequireDefault(require("fs"));
function _interopRequireDefault(e) { return e && e.__esModule ? e : { default: e }; }
const handler = async () => [
  (0, fs.readFileSync)(node_path_1.default.join(__dirname, "a.txt")),
  _interop.default.readFileSync(node_path_1.default.resolve(__dirname, "b.txt")),
  Promise.resolve().then(() => __importStar(require("./lazy"))),
  Promise.resolve(`${"./lazier"}`).then(s => __importStar(require(s))),
];
exports.handler = handler;
