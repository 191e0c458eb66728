import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Entry } from './entry.tsx';

/** A bare page with a firm's widget, to try it before it is on the firm's own site. */
export function Try(): ReactNode {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const key = params.get('key') ?? '';
  useEffect(() => {
    if (!key || document.querySelector('script[data-key]')) return;
    const script = document.createElement('script');
    script.src = '/widget/lingxi.js';
    script.dataset.key = key;
    document.body.append(script);
  }, [key]);
  return (
    <Entry title={t('try.title')} hint={t('try.hint')}>
      <p className="snippet">{key || t('try.noKey')}</p>
    </Entry>
  );
}
