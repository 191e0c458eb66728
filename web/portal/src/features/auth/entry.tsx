import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { currentLocale, setLocale } from '../../lib/i18n.ts';
import { type FieldError, post } from '../../lib/post.ts';
import '../../lib/theme.ts';

/** A page for people who are not signed in. */
export function Entry(props: { title: string; hint?: string; children: ReactNode }): ReactNode {
  const { t } = useTranslation();
  const other = currentLocale() === 'zh-CN' ? 'en-US' : 'zh-CN';
  return (
    <main className="entry">
      <div className="entry-top">
        <strong>{t('app.name')}</strong>
        <button type="button" lang={other} onClick={() => void setLocale(other)}>
          {other === 'zh-CN' ? '中文' : 'English'}
        </button>
      </div>
      <h1>{props.title}</h1>
      {props.hint && <p>{props.hint}</p>}
      {props.children}
    </main>
  );
}

/** A labelled field with its error. */
export function Field(props: {
  name: string;
  label: string;
  type?: string;
  autoComplete?: string;
  errors: FieldError[];
  children?: ReactNode;
}): ReactNode {
  const error = props.errors.find((one) => one.field === props.name);
  const described = error ? { 'aria-invalid': true, 'aria-describedby': `${props.name}-error` } : {};
  return (
    <>
      <label htmlFor={props.name}>{props.label}</label>
      {props.children ?? (
        <input id={props.name} name={props.name} type={props.type ?? 'text'} autoComplete={props.autoComplete} {...described} />
      )}
      {error && (
        <p className="error" id={`${props.name}-error`}>
          {error.message}
        </p>
      )}
    </>
  );
}

/** Sends a form as JSON and goes on when it is taken. */
export function useEntryForm(path: string, extra: Record<string, string>, done: (body: Record<string, unknown>) => void) {
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<FieldError[]>([]);
  const [message, setMessage] = useState('');
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const values: Record<string, unknown> = { ...extra };
    for (const [key, value] of new FormData(event.currentTarget)) if (value !== '') values[key] = value;
    setBusy(true);
    void post(path, values).then((posted) => {
      setBusy(false);
      if (posted.ok) return done(posted.body);
      setErrors(posted.fields);
      setMessage(posted.fields.length > 0 ? '' : posted.message);
    });
  };
  return { busy, errors, message, submit };
}
