import { Alert } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useViewer } from './viewer.tsx';

/** Says that mails do not leave, where somebody would wait for one. */
export function NoMail(): ReactNode {
  const { t } = useTranslation();
  if (useViewer().sendsMail) return null;
  return <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t('mails.noServer')} />;
}
