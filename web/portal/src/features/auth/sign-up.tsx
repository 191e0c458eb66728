import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { currentLocale } from '../../lib/i18n.ts';
import { Entry, Field, useEntryForm } from './entry.tsx';

export function SignUp(): ReactNode {
  const { t } = useTranslation();
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'Asia/Shanghai';
  const form = useEntryForm('/auth/sign-up', { locale: currentLocale(), timeZone }, () => location.assign('/'));
  return (
    <Entry title={t('auth.signUp')} hint={t('auth.signUpHint')}>
      <form onSubmit={form.submit} noValidate>
        <Field name="firm" label={t('auth.firm')} autoComplete="organization" errors={form.errors} />
        <Field name="name" label={t('auth.name')} autoComplete="name" errors={form.errors} />
        <Field name="email" label={t('auth.email')} type="email" autoComplete="username" errors={form.errors} />
        <Field name="password" label={t('auth.newPassword')} type="password" autoComplete="new-password" errors={form.errors} />
        <Field name="industry" label={t('auth.industry')} errors={form.errors}>
          <select id="industry" name="industry" defaultValue="insurance">
            <option value="insurance">{t('pack.insurance')}</option>
            <option value="general">{t('pack.general')}</option>
          </select>
        </Field>
        {form.message && (
          <p className="error" role="alert">
            {form.message}
          </p>
        )}
        <button type="submit" disabled={form.busy}>
          {t('auth.signUp')}
        </button>
      </form>
      <p>
        {t('auth.haveAccount')} <Link to="/sign-in">{t('auth.signIn')}</Link>
      </p>
    </Entry>
  );
}
