/** Styles inside the shadow root; nothing of the page reaches in, nothing of ours out. */
export const STYLES = `
:host { all: initial; }
.box { --accent: #1456d9; --bg: #fff; --soft: #f1f3f6; --text: #1c1c1c; --muted: #5c5c5c; --line: #dcdfe4;
  position: fixed; bottom: 84px; z-index: 2147483000; width: min(380px, calc(100vw - 24px)); height: min(600px, calc(100vh - 110px));
  display: flex; flex-direction: column; background: var(--bg); color: var(--text); border: 1px solid var(--line); border-radius: 14px;
  box-shadow: 0 8px 32px #0003; font: 14px/1.55 system-ui, -apple-system, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif; overflow: hidden; }
.box.right { right: 20px; } .box.left { left: 20px; }
.box.dark { --bg: #1b1d20; --soft: #2a2d31; --text: #f2f2f2; --muted: #b5b5b5; --line: #3c4046; }
@media (prefers-color-scheme: dark) { .box.auto { --bg: #1b1d20; --soft: #2a2d31; --text: #f2f2f2; --muted: #b5b5b5; --line: #3c4046; } }
* { box-sizing: border-box; }
button { font: inherit; cursor: pointer; } button:focus-visible, textarea:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
header { display: flex; align-items: center; gap: 6px; padding: 10px 12px; background: var(--accent); color: #fff; }
header strong { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
header button { background: #0000; border: 1px solid #fff8; color: #fff; border-radius: 6px; padding: 2px 8px; }
.log { flex: 1; overflow: auto; overflow-anchor: none; padding: 12px; }
.msg { max-width: 84%; width: fit-content; margin: 6px 0; padding: 8px 12px; border-radius: 12px; background: var(--soft); overflow-wrap: anywhere; }
.msg p { margin: 0 0 4px; } .msg ul, .msg ol { margin: 4px 0; padding-inline-start: 20px; } .msg a { color: inherit; }
.msg img { max-width: 100%; max-height: 220px; border-radius: 6px; display: block; }
.msg.contact { margin-inline-start: auto; background: var(--accent); color: #fff; white-space: pre-wrap; }
.msg.event { max-width: 100%; margin: 8px auto; background: none; color: var(--muted); font-size: 12px; text-align: center; }

.card { display: flex; flex-direction: column; gap: 6px; border: 1px solid var(--line); border-radius: 10px; padding: 8px; background: var(--bg); margin-top: 4px; } .card img { max-width: 100%; border-radius: 6px; }
.card a { border: 1px solid var(--accent); border-radius: 8px; padding: 4px 10px; text-align: center; text-decoration: none; }
.form .link { text-align: center; margin-top: 4px; } .form { display: flex; flex-direction: column; gap: 4px; padding: 8px 12px; border-top: 1px solid var(--line); } .form label { font-weight: 600; font-size: 12px; } .form .wrong { color: #8a1019; font-size: 12px; margin: 0; } .box.dark .form .wrong { color: #ff9ea2; }
.form input, .form textarea { padding: 8px 10px; border: 1px solid var(--line); border-radius: 8px; background: var(--bg); color: var(--text); font: inherit; }
.note { font-size: 11px; color: var(--muted); text-align: end; }
.choices { display: flex; flex-direction: column; gap: 6px; margin: 4px 0 8px; align-items: flex-start; }
.earlier { display: block; margin: 0 auto 8px; } .choices button, .link, .earlier { background: var(--bg); color: var(--text); border: 1px solid var(--accent); border-radius: 16px; padding: 5px 12px; text-align: start; }
.home input, .rate textarea { width: 100%; padding: 8px 10px; border: 1px solid var(--line); border-radius: 8px; background: var(--bg); color: var(--text); font: inherit; }
.home h2, .rate h2 { font-size: 13px; color: var(--muted); margin: 12px 0 6px; font-weight: 600; }
.banner { padding: 6px 12px; background: #fff3cd; color: #5c4400; font-size: 12px; } .banner.error { background: #fde2e4; color: #8a1019; }
form.composer { display: flex; gap: 6px; padding: 8px; border-top: 1px solid var(--line); align-items: flex-end; }
form.composer textarea { flex: 1; resize: none; padding: 8px; border: 1px solid var(--line); border-radius: 8px; background: var(--bg); color: var(--text); font: inherit; max-height: 120px; }
form.composer button { border: 0; border-radius: 8px; padding: 8px 12px; background: var(--accent); color: #fff; }
form.composer button:disabled { opacity: .6; } form.composer .plain { background: var(--soft); color: var(--text); }
.rate { border-top: 1px solid var(--line); padding: 8px 12px; } .stars button { background: none; border: 0; font-size: 24px; color: #b26a00; padding: 0 4px; }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
`;
