import { Alert, Button, Form, Input } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import { State } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';
import { ArticleSelect } from '../../lib/article-select.tsx';
import { CHECK, GoldResults } from './gold-results.tsx';

export const SAVE_GOLD = graphql(`
  mutation SaveGold($text: String!, $articleId: ID) {
    saveGoldQuestion(text: $text, articleId: $articleId) { status errors { field message } question { id } }
  }
`);
const REMOVE = graphql(`
  mutation DeleteGold($id: ID!) {
    deleteGoldQuestion(id: $id) { status errors { field message } removed }
  }
`);

/** What the bot must get right: checked before every publication and before anything learned answers. */
export function GoldQuestions(): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const manages = useMay('MANAGE_KNOWLEDGE');
  const [form] = Form.useForm<{ text: string; articleId: string | null }>();
  const [{ data, fetching, error }, again] = useQuery({ query: CHECK, requestPolicy: 'cache-and-network' });
  const refresh = (): void => again({ requestPolicy: 'network-only' });
  const rows = data?.checkPublish.gold ?? [];
  const add = async (values: { text: string; articleId: string | null }): Promise<void> => {
    if (!(await act(SAVE_GOLD, { text: values.text, articleId: values.articleId }, t('common.saved')))) return;
    form.resetFields();
    refresh();
  };
  const remove = async (id: string): Promise<void> => {
    await act(REMOVE, { id }, t('common.removed'));
    refresh();
  };
  return (
    <>
      <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t('gold.about')} />
      {manages && (
        <Form form={form} layout="inline" style={{ marginBottom: 16, rowGap: 8 }} initialValues={{ text: '', articleId: null }} onFinish={(values) => void add(values)}>
          <Form.Item name="text" rules={[{ required: true, min: 2, message: t('gold.write') }]}>
            <Input aria-label={t('gold.question')} placeholder={t('gold.question')} maxLength={300} style={{ width: 320 }} />
          </Form.Item>
          <Form.Item name="articleId">
            <ArticleSelect label={t('gold.expects')} none={t('gold.person')} />
          </Form.Item>
          <Button type="primary" htmlType="submit">{t('gold.add')}</Button>
        </Form>
      )}
      <State fetching={fetching && !data} error={error} empty={rows.length === 0} emptyText={t('gold.empty')}>
        <GoldResults rows={rows} actions={manages ? (row) => <Button size="small" onClick={() => void remove(row.question.id)}>{t('common.remove')}</Button> : undefined} />
      </State>
    </>
  );
}
