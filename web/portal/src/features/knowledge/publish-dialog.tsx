import { Alert, Descriptions, Modal } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import { State } from '../../lib/page.tsx';
import { CHECK, GoldResults, isWorse } from './gold-results.tsx';

const PUBLISH = graphql(`
  mutation Publish($despiteGold: Boolean!) {
    publishKnowledge(despiteGold: $despiteGold) { status errors { field message } release { id number articles } }
  }
`);

/** What publishing changes, and what it does to the gold questions, before it is done. */
export function PublishDialog(props: { onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const [busy, setBusy] = useState(false);
  const [{ data, fetching, error }] = useQuery({ query: CHECK, requestPolicy: 'network-only' });
  const check = data?.checkPublish;
  const worse = check?.gold.filter(isWorse) ?? [];
  const right = check?.gold.filter((row) => row.after === 'RIGHT').length ?? 0;
  const publish = async (): Promise<void> => {
    setBusy(true);
    const done = await act(PUBLISH, { despiteGold: worse.length > 0 }, t('knowledge.published'));
    setBusy(false);
    if (done) props.onClose();
  };
  return (
    <Modal
      open
      width={760}
      title={t('publish.title')}
      okText={worse.length > 0 ? t('publish.despite') : t('knowledge.publish')}
      okButtonProps={{ disabled: !check || check.articles === 0, danger: worse.length > 0 }}
      cancelText={t('common.cancel')}
      confirmLoading={busy}
      onOk={() => void publish()}
      onCancel={props.onClose}
    >
      <State fetching={fetching} error={error}>
        {check && (
          <>
            <Descriptions
              size="small"
              bordered
              column={{ xs: 1, sm: 2 }}
              items={[
                { key: 'articles', label: t('knowledge.articles'), children: check.articles },
                { key: 'added', label: t('publish.added'), children: check.added },
                { key: 'changed', label: t('publish.changed'), children: check.changed },
                { key: 'removed', label: t('publish.removed'), children: check.removed },
                { key: 'gold', label: t('knowledge.gold'), children: check.gold.length > 0 ? t('publish.right', { right, all: check.gold.length }) : t('publish.noGold') },
              ]}
            />
            {worse.length > 0 && (
              <>
                <Alert type="warning" showIcon style={{ margin: '16px 0' }} title={t('publish.worse', { count: worse.length })} />
                <GoldResults rows={worse} />
              </>
            )}
          </>
        )}
      </State>
    </Modal>
  );
}
