/** The one script tag of a firm's page: draws the launcher, and loads the app when it is first opened. */
const script = document.currentScript as HTMLScriptElement | null;
const key = script?.dataset.key;
if (script && key) {
  const origin = new URL(script.src).origin;
  const host = document.createElement('div');
  host.id = 'lingxi-widget';
  const root = host.attachShadow({ mode: 'open' });
  const zh = (script.dataset.locale ?? document.documentElement.lang ?? navigator.language).toLowerCase().startsWith('zh');
  const button = document.createElement('button');
  button.type = 'button';
  button.setAttribute('aria-label', zh ? '打开在线客服' : 'Open the chat');
  button.setAttribute('aria-expanded', 'false');
  button.textContent = zh ? '在线客服' : 'Chat';
  button.style.cssText =
    'position:fixed;bottom:20px;right:20px;z-index:2147483000;padding:12px 20px;border:0;border-radius:24px;' +
    'background:#1456d9;color:#fff;font:600 15px/1.4 system-ui,sans-serif;cursor:pointer;box-shadow:0 4px 16px #0004';
  type App = typeof import('./app.tsx');
  let app: Promise<{ toggle: () => void }> | null = null;
  button.addEventListener('click', () => {
    app ??= (import(/* @vite-ignore */ `${origin}/widget/app.js`) as Promise<App>).then((module) =>
      module.mount({ root, button, origin, key, locale: script.dataset.locale ?? '', script }),
    );
    void app.then((mounted) => mounted.toggle());
  });
  root.append(button);
  document.body.append(host);
}
