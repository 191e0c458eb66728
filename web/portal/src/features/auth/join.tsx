import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Entry, Field, useEntryForm } from './entry.tsx';

export function Join(): ReactNode {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const form = useEntryForm('/auth/accept-invitation', { token: params.get('token') ?? '' }, () => location.assign('/'));
  const refused = form.errors.find((error) => error.field === 'token');
  const asksCode = form.errors.some((error) => error.field === 'totp');
  return (
    <Entry title={t('auth.join')} hint={t('auth.joinHint')}>
      <form onSubmit={form.submit} noValidate>
        <Field name="name" label={t('auth.name')} autoComplete="name" errors={form.errors} />
        <Field name="password" label={t('auth.newPassword')} type="password" autoComplete="new-password" errors={form.errors} />
        {asksCode && <Field name="totp" label={t('auth.code')} autoComplete="one-time-code" errors={form.errors} />}
        {(refused ?? form.message) && (
          <p className="error" role="alert">
            {refused?.message ?? form.message}
          </p>
        )}
        <button type="submit" disabled={form.busy}>
          {t('auth.join')}
        </button>
      </form>
    </Entry>
  );
}
