import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Page } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';
import { Exports } from './exports.tsx';
import { Firm } from './firm.tsx';
import { Mails } from './mails.tsx';
import { Security } from './security.tsx';

/** The viewer's own security, and the firm. */
export default function Settings(): ReactNode {
  const { t } = useTranslation();
  const manages = useMay('MANAGE_TENANT');
  const mails = useMay('MANAGE_MEMBERS');
  const exports = useMay('EXPORT_TENANT');
  return (
    <Page title={t('nav.settings')}>
      <Tabs
        destroyOnHidden
        items={[
          { key: 'security', label: t('settings.security'), children: <Security /> },
          ...(manages ? [{ key: 'firm', label: t('settings.firm'), children: <Firm /> }] : []),
          ...(exports ? [{ key: 'exports', label: t('settings.exports'), children: <Exports /> }] : []),
          ...(mails ? [{ key: 'mails', label: t('settings.mails'), children: <Mails /> }] : []),
        ]}
      />
    </Page>
  );
}
