import { Modal } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** A secret that is shown this once. */
export function SecretShown(props: { secret: string | null; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Modal open={props.secret !== null} title={t('secret.title')} onOk={props.onClose} onCancel={props.onClose} cancelButtonProps={{ style: { display: 'none' } }}>
      <p>{t('secret.once')}</p>
      <div className="snippet" data-testid="secret">{props.secret}</div>
    </Modal>
  );
}
