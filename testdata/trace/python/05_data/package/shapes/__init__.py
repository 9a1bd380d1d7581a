from pathlib import Path

ROOT = Path(__file__).resolve().parent
STYLE = (ROOT / 'tests' / 'style.css').read_text()
