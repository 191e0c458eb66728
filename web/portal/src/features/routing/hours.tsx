import { Button, Form, Input, Select, Space } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { BusinessHoursInput } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { State } from '../../lib/page.tsx';
import { useViewer } from '../../lib/viewer.tsx';

const HOURS = graphql(`
  query Hours {
    businessHours { weekly { weekday opens closes } holidays { date name } }
  }
`);
const SAVE = graphql(`
  mutation SaveHours($input: BusinessHoursInput!) {
    setBusinessHours(input: $input) { status errors { field message } hours { weekly { weekday } } }
  }
`);

/** When people answer, in the firm's time zone. */
export function Hours(): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const { timeZone } = useViewer().tenant;
  const [{ data, fetching, error }] = useQuery({ query: HOURS });
  const days = [1, 2, 3, 4, 5, 6, 7].map((value) => ({ value, label: t(`weekday.${value}`) }));
  return (
    <State fetching={fetching && !data} error={error}>
      <p>{t('hours.hint', { timeZone })}</p>
      <Form<BusinessHoursInput> initialValues={data?.businessHours} onFinish={(input) => void act(SAVE, { input }, t('common.saved'))}>
        <Form.List name="weekly">
          {(fields, { add, remove }) => (
            <>
              {fields.map((field) => (
                <Space key={field.key} align="baseline" wrap>
                  <Form.Item name={[field.name, 'weekday']} label={t('hours.day')}><Select style={{ minWidth: 110 }} options={days} /></Form.Item>
                  <Form.Item name={[field.name, 'opens']} label={t('hours.opens')}><Input placeholder="09:00" style={{ width: 90 }} /></Form.Item>
                  <Form.Item name={[field.name, 'closes']} label={t('hours.closes')}><Input placeholder="18:00" style={{ width: 90 }} /></Form.Item>
                  <Button onClick={() => remove(field.name)}>{t('common.remove')}</Button>
                </Space>
              ))}
              <Button style={{ display: 'block', marginBottom: 16 }} onClick={() => add({ weekday: 1, opens: '09:00', closes: '18:00' })}>{t('hours.addDay')}</Button>
            </>
          )}
        </Form.List>
        <Form.List name="holidays">
          {(fields, { add, remove }) => (
            <>
              {fields.map((field) => (
                <Space key={field.key} align="baseline" wrap>
                  <Form.Item name={[field.name, 'date']} label={t('hours.date')}><Input type="date" /></Form.Item>
                  <Form.Item name={[field.name, 'name']} label={t('hours.name')}><Input /></Form.Item>
                  <Button onClick={() => remove(field.name)}>{t('common.remove')}</Button>
                </Space>
              ))}
              <Button style={{ display: 'block', marginBottom: 16 }} onClick={() => add({ date: '', name: '' })}>{t('hours.addHoliday')}</Button>
            </>
          )}
        </Form.List>
        <Button type="primary" htmlType="submit">{t('common.save')}</Button>
      </Form>
    </State>
  );
}
