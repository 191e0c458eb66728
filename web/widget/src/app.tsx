import { chooseLocale, ReadingPlace, type Locale } from '@lingxi/ui';
import { render } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Composer } from './composer.tsx';
import { Home } from './home.tsx';
import { MessageView, Waiting } from './message.tsx';
import { OfflineForm } from './offline-form.tsx';
import { Rating } from './rating.tsx';
import { STYLES } from './styles.ts';
import { isSomebodyElses, personOf, readUser } from './user.ts';
import { Wire, type State } from './wire.ts';
import { words } from './words.ts';

type Mount = { root: ShadowRoot; button: HTMLButtonElement; origin: string; key: string; locale: string; script: HTMLScriptElement };

/** The opened chat. */
function Chat(props: { wire: Wire; state: State; locale: Locale; onLocale: (locale: Locale) => void; onClose: () => void; takesFocus: boolean }) {
  const { wire, state, locale } = props;
  const w = words(locale);
  const log = useRef<HTMLDivElement>(null);
  const settings = state.session?.settings;
  const count = state.messages.length + state.waiting.length;
  const [searching, setSearching] = useState(false);
  const newest = (state.messages.at(-1)?.seq ?? 0) + state.waiting.length;
  useEffect(() => wire.read(), [newest, wire]);
  const place = useRef(new ReadingPlace());
  useLayoutEffect(() => {
    const own = state.waiting.length > 0 || state.messages.at(-1)?.author === 'contact';
    if (log.current) place.current.drawn(log.current, state.messages[0]?.seq ?? 0, newest, own);
  });
  const grown = (): void => {
    if (log.current) place.current.grown(log.current);
  };
  useEffect(() => {
    // The log becomes smaller when a banner or a form comes up beside it.
    const observer = new ResizeObserver(grown);
    if (log.current) observer.observe(log.current);
    return () => observer.disconnect();
  }, []);
  const scrolled = (): void => {
    if (log.current && place.current.scrolled(log.current)) void wire.earlier();
  };
  const earlier = (): void => {
    // The button may go; the keyboard stays in the log.
    log.current?.focus({ preventScroll: true });
    void wire.earlier();
  };
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
      <div class="log" role="log" aria-live="polite" aria-label={w.log} tabIndex={0} ref={log} hidden={atHome} onScroll={scrolled} onLoadCapture={grown}>
        {state.older && <button type="button" class="earlier" onClick={earlier}>{w.earlier}</button>}
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
        takesFocus={props.takesFocus}
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
  // Counts the persons at this page: what one has typed but not sent is nothing for the next.
  let person = 0;
  let takesFocus = true;
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
    render(open ? <Chat key={person} takesFocus={takesFocus} wire={wire} state={wire.state} locale={locale} onLocale={setLocale} onClose={toggle} /> : null, place);
  };
  const setLocale = (next: Locale): void => {
    locale = next;
    localStorage.setItem('lingxi.widget.locale', next);
    draw();
  };
  const toggle = (): void => {
    open = !open;
    takesFocus = true;
    draw();
    if (!open) button.focus();
  };
  let user = readUser(script.dataset);
  let wire = new Wire(origin, key, user, () => locale, draw);
  void wire.start();
  // A page that signs somebody in or out without loading anew changes the tag.
  new MutationObserver(() => {
    const before = user;
    user = readUser(script.dataset);
    wire.stop();
    if (isSomebodyElses(personOf(before), personOf(user))) person += 1;
    takesFocus = false;
    wire = new Wire(origin, key, user, () => locale, draw);
    void wire.start();
    draw();
  }).observe(script, { attributeFilter: ['data-user', 'data-hash'] });
  return { toggle };
}
