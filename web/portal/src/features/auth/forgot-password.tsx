import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Entry, Field, useEntryForm } from './entry.tsx';

/** Asks for the mail that leads to a new password. */
export function ForgotPassword(): ReactNode {
  const { t } = useTranslation();
  const [sent, setSent] = useState<'mailed' | 'kept' | null>(null);
  const form = useEntryForm('/auth/forgot-password', {}, (body) => setSent(body.sendsMail === false ? 'kept' : 'mailed'));
  return (
    <Entry title={t('auth.forgot')} hint={t('auth.forgotHint')}>
      {sent ? (
        <p role="status">{t(sent === 'kept' ? 'auth.forgotKept' : 'auth.forgotSent')}</p>
      ) : (
        <form onSubmit={form.submit} noValidate>
          <Field name="email" label={t('auth.email')} type="email" autoComplete="username" errors={form.errors} />
          {form.message && <p className="error" role="alert">{form.message}</p>}
          <button type="submit" disabled={form.busy}>{t('auth.forgotSend')}</button>
        </form>
      )}
      <Link to="/sign-in">{t('auth.signIn')}</Link>
    </Entry>
  );
}
