import { App, Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import { SecretShown } from '../../lib/secret-shown.tsx';

const ROTATE = graphql(`
  mutation RotateIdentitySecret($channelId: ID!) {
    rotateIdentitySecret(channelId: $channelId) { status errors { field message } created { secret channel { id } } }
  }
`);

/** How a firm's own server proves to the widget who is signed in. */
export function Identity(props: { channel: string; publicKey: string }): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const { modal } = App.useApp();
  const [secret, setSecret] = useState<string | null>(null);
  const rotate = (): void => {
    modal.confirm({
      title: t('identity.rotateTitle'),
      content: t('identity.rotateText'),
      onOk: async () => {
        const drawn = await act(ROTATE, { channelId: props.channel });
        setSecret(drawn?.created?.secret ?? null);
      },
    });
  };
  const code = [
    'user = \'{"id":"u-1","name":"Ada","email":"ada@example.com","attributes":{"policy_number":"P-1"}}\'',
    "hash = createHmac('sha256', SECRET).update(user).digest('hex')",
    `<script src="${location.origin}/widget/lingxi.js" data-key="${props.publicKey}" data-user="\${escapeHtml(user)}" data-hash="\${hash}" async></script>`,
  ].join('\n');
  return (
    <>
      <p>{t('identity.hint')}</p>
      <div className="snippet">{code}</div>
      <Button style={{ marginTop: 8 }} onClick={rotate}>{t('identity.rotate')}</Button>
      <SecretShown secret={secret} onClose={() => setSecret(null)} />
    </>
  );
}
