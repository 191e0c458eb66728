import { chooseLocale, type Locale } from '@lingxi/ui';
import { render } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Composer } from './composer.tsx';
import { Home } from './home.tsx';
import { MessageView, Waiting } from './message.tsx';
import { OfflineForm } from './offline-form.tsx';
import { Rating } from './rating.tsx';
import { STYLES } from './styles.ts';
import type { User } from './types.ts';
import { Wire, type State } from './wire.ts';
import { words } from './words.ts';

type Mount = { root: ShadowRoot; button: HTMLButtonElement; origin: string; key: string; locale: string; script: HTMLScriptElement };

/**
 * The signed-in customer of the page's `data-user`, a JSON object; what is none is left out. Where the page has a
 * `data-hash` too, that signs the whole text.
 */
function readUser(script: HTMLScriptElement): User | null {
  const { user: text = '', hash } = script.dataset;
  try {
    const user = text ? (JSON.parse(text) as User) : null;
    return user && hash ? { id: String(user.id), hash, signed: text } : user;
  } catch {
    console.error('Lingxi: data-user is not JSON; the customer is anonymous.');
    return null;
  }
}

/** So near to its end, in pixels, a log counts as read to its end. */
const NEAR = 40;

/** The opened chat. */
function Chat(props: { wire: Wire; state: State; locale: Locale; onLocale: (locale: Locale) => void; onClose: () => void }) {
  const { wire, state, locale } = props;
  const w = words(locale);
  const log = useRef<HTMLDivElement>(null);
  const settings = state.session?.settings;
  const count = state.messages.length + state.waiting.length;
  const [searching, setSearching] = useState(false);
  const newest = (state.messages.at(-1)?.seq ?? 0) + state.waiting.length;
  useEffect(() => {
    log.current?.scrollTo(0, log.current.scrollHeight);
    wire.read();
  }, [newest, wire]);
  // Whoever reads the end goes on reading it when the log becomes smaller: a banner or a form came up beside it.
  const atEnd = useRef(true);
  const note = (): void => {
    const element = log.current;
    if (element) atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
  };
  useEffect(() => {
    const element = log.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTo(0, element.scrollHeight);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // Earlier messages come in above what the customer reads, which stays where it is.
  const oldest = state.messages[0]?.seq ?? 0;
  const shown = useRef({ oldest, height: 0 });
  useLayoutEffect(() => {
    const element = log.current;
    if (!element) return;
    if (oldest < shown.current.oldest) element.scrollTop += element.scrollHeight - shown.current.height;
    shown.current = { oldest, height: element.scrollHeight };
  });
  useEffect(() => {
    wire.shown = true;
    return () => {
      wire.shown = false;
    };
  }, [wire]);
  const last = state.messages.filter((message) => message.kind !== 'event').at(-1);
  const resolved = state.conversation?.status === 'resolved';
  const atHome = searching || count === 0;
  const away = state.session && !state.session.open && !state.session.known && settings?.offlineForm;
  const waits = state.conversation?.handler === 'queue' && !resolved;
  const withPerson = state.conversation && state.conversation.handler !== 'bot' && !resolved;
  const pick = (value: string, label: string): void => {
    setSearching(false);
    void wire.send(label, value);
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape closes a dialog (WAI-ARIA), wherever the focus is in it
    <section
      class={`box ${settings?.position ?? 'right'} ${settings?.theme ?? 'auto'}`}
      style={settings ? { '--accent': settings.color } : {}}
      role="dialog"
      aria-label={w.title}
      lang={locale}
      onKeyDown={(event) => event.key === 'Escape' && !event.isComposing && props.onClose()}
    >
      <header>
        <strong>{state.session?.firm ?? w.title}</strong>
        {count > 0 && <button type="button" onClick={() => setSearching(!searching)} aria-pressed={searching} aria-label={w.search}>⌕</button>}
        {!withPerson && <button type="button" onClick={() => pick('person', w.person)}>{w.person}</button>}
        <button type="button" onClick={() => props.onLocale(locale === 'zh-CN' ? 'en-US' : 'zh-CN')}>{w.language}</button>
        <button type="button" onClick={props.onClose} aria-label={w.close}>×</button>
      </header>
      {!state.online && state.session && <div class="banner" role="status">{w.offline}</div>}
      {state.error && <div class="banner error" role="alert">{state.error}</div>}
      {away && (count === 0 || waits) && <OfflineForm wire={wire} words={w} asks={count === 0} onSent={() => setSearching(false)} />}
      {atHome && settings && (
        <Home greeting={locale === 'zh-CN' ? settings.greetingZh : settings.greetingEn} wire={wire} words={w} locale={locale} onPick={pick} />
      )}
      <div class="log" role="log" aria-live="polite" aria-label={w.log} tabIndex={0} ref={log} hidden={atHome} onScroll={note}>
        {state.older && <button type="button" class="earlier" onClick={() => void wire.earlier()}>{w.earlier}</button>}
        {state.messages.map((message) => (
          <MessageView
            key={message.id}
            message={message}
            words={w}
            fileUrl={(id) => wire.fileUrl(id)}
            read={message.author === 'contact' && message.seq <= (state.conversation?.memberReadSeq ?? 0)}
            onPick={message === last && !resolved && state.waiting.length === 0 ? pick : undefined}
          />
        ))}
        {state.waiting.map((message) => (
          <Waiting key={message.id} message={message} words={w} />
        ))}
      </div>
      {resolved && <Rating key={state.conversation?.id} rated={state.conversation?.rating ?? null} words={w} onRate={(rating, comment) => wire.rate(rating, comment)} />}
      <Composer
        words={w}
        onSend={(text) => {
          setSearching(false);
          void wire.send(text);
        }}
        onFile={(file) => {
          setSearching(false);
          void wire.upload(file);
        }}
      />
    </section>
  );
}

/** Puts the chat into the launcher's shadow root. */
export function mount({ root, button, origin, key, locale: wish, script }: Mount): { toggle: () => void } {
  const stored = localStorage.getItem('lingxi.widget.locale');
  let locale = chooseLocale(stored, wish, document.documentElement.lang, ...navigator.languages);
  let open = false;
  const style = document.createElement('style');
  style.textContent = STYLES;
  const place = document.createElement('div');
  root.append(style, place);
  const draw = (): void => {
    button.setAttribute('aria-expanded', String(open));
    const settings = wire.state.session?.settings;
    if (settings) {
      button.style.background = settings.color;
      button.style.left = settings.position === 'left' ? '20px' : 'auto';
      button.style.right = settings.position === 'left' ? 'auto' : '20px';
    }
    render(open ? <Chat wire={wire} state={wire.state} locale={locale} onLocale={setLocale} onClose={toggle} /> : null, place);
  };
  const setLocale = (next: Locale): void => {
    locale = next;
    localStorage.setItem('lingxi.widget.locale', next);
    draw();
  };
  const toggle = (): void => {
    open = !open;
    draw();
    if (!open) button.focus();
  };
  let wire = new Wire(origin, key, readUser(script), () => locale, draw);
  void wire.start();
  // A page that signs somebody in or out without loading anew changes the tag.
  new MutationObserver(() => {
    wire.stop();
    wire = new Wire(origin, key, readUser(script), () => locale, draw);
    void wire.start();
    draw();
  }).observe(script, { attributeFilter: ['data-user', 'data-hash'] });
  return { toggle };
}
