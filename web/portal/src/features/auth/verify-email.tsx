import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { type Posted, post } from '../../lib/post.ts';
import { Entry } from './entry.tsx';

/** One request per link, also when the page is drawn twice. */
const asked = new Map<string, Promise<Posted>>();

export function VerifyEmail(): ReactNode {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const token = params.get('token') ?? '';
  const [posted, setPosted] = useState<Posted | null>(null);
  useEffect(() => {
    const request = asked.get(token) ?? post('/auth/verify-email', { token });
    asked.set(token, request);
    void request.then(setPosted);
  }, [token]);
  const text = posted === null ? t('common.loading') : posted.ok ? t('auth.verified') : posted.message;
  return (
    <Entry title={t('auth.verify')}>
      <p role="status">{text}</p>
      {posted?.ok === false && <p><Link to={`/sign-in?next=${encodeURIComponent(`/verify-email?token=${token}`)}`}>{t('auth.signIn')}</Link></p>}
      <Link to="/">{t('auth.goOn')}</Link>
    </Entry>
  );
}
