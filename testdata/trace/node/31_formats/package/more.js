await 0;
import './last.cjs';
