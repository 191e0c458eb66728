import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { nextPath } from '../../lib/next-path.ts';
import { Entry, Field, useEntryForm } from './entry.tsx';

export function SignIn(): ReactNode {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const form = useEntryForm('/auth/sign-in', {}, () => location.assign(nextPath(params.get('next'), location.origin)));
  const asksCode = form.errors.some((error) => error.field === 'totp');
  return (
    <Entry title={t('auth.signIn')}>
      <form onSubmit={form.submit} noValidate>
        <Field name="email" label={t('auth.email')} type="email" autoComplete="username" errors={form.errors} />
        <Field name="password" label={t('auth.password')} type="password" autoComplete="current-password" errors={form.errors} />
        {asksCode && <Field name="totp" label={t('auth.code')} autoComplete="one-time-code" errors={form.errors} />}
        {form.message && (
          <p className="error" role="alert">
            {form.message}
          </p>
        )}
        <button type="submit" disabled={form.busy}>
          {t('auth.signIn')}
        </button>
      </form>
      <p>
        <Link to="/forgot-password">{t('auth.forgot')}</Link>
      </p>
      <p>
        {t('auth.noAccount')} <Link to="/sign-up">{t('auth.signUp')}</Link>
      </p>
    </Entry>
  );
}
