"use strict";
var __importStar = (this && this.__importStar) || function (mod) { return mod; };
Object.defineProperty(exports, "__esModule", { value: true });
exports.handler = void 0;
const late = __importStar(require("late"));
const other_1 = require("other");
const handler = async () => (0, other_1.a)(late.b());
exports.handler = handler;
