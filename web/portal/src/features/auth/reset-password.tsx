import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { Entry, Field, useEntryForm } from './entry.tsx';

/** Sets a new password, by the link of the mail. */
export function ResetPassword(): ReactNode {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const [done, setDone] = useState(false);
  const form = useEntryForm('/auth/reset-password', { token: params.get('token') ?? '' }, () => setDone(true));
  const refused = form.errors.find((error) => error.field === 'token');
  return (
    <Entry title={t('auth.reset')}>
      {done ? (
        <p role="status">{t('auth.resetDone')}</p>
      ) : (
        <form onSubmit={form.submit} noValidate>
          <Field name="password" label={t('auth.newPassword')} type="password" autoComplete="new-password" errors={form.errors} />
          {(refused ?? form.message) && <p className="error" role="alert">{refused?.message ?? form.message}</p>}
          <button type="submit" disabled={form.busy}>{t('auth.reset')}</button>
        </form>
      )}
      <Link to="/sign-in">{t('auth.signIn')}</Link>
    </Entry>
  );
}
