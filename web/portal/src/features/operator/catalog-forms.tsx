import { Button, Card, Checkbox, Drawer, Form, type FormInstance, Input, InputNumber, Select, Space } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '../../gql/index.ts';
import type { Aggregation, CatalogQuery, Currency, MeterInput, PlanInput, PriceModel, TaxInput } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';

const PUT_METER = graphql(`mutation PutMeter($input: MeterInput!) { putMeter(input: $input) { status errors { field message } meter { key } } }`);
const ADD_PLAN = graphql(`mutation AddPlan($input: PlanInput!) { addPlan(input: $input) { status errors { field message } plan { code } } }`);
const PUT_TAX = graphql(`mutation PutTax($input: TaxInput!) { putTax(input: $input) { status errors { field message } tax { region } } }`);

export type Meter = CatalogQuery['catalog']['meters'][number];
export type Plan = CatalogQuery['catalog']['plans'][number];
export type Tax = CatalogQuery['catalog']['taxes'][number];

export const CURRENCIES: Currency[] = ['CNY', 'USD', 'EUR', 'JPY', 'KWD'];
const MODELS: PriceModel[] = ['FLAT', 'PER_UNIT', 'GRADUATED', 'VOLUME', 'PACKAGE', 'PERCENTAGE'];
const AGGREGATIONS: Aggregation[] = ['SUM', 'COUNT', 'MAX', 'UNIQUE', 'LATEST', 'WEIGHTED_SUM'];
const TIERED: PriceModel[] = ['GRADUATED', 'VOLUME'];
const NUMBER = /^\d+(\.\d{1,12})?$/;
const NO_WORDS = { zh: '', en: '' };

type Editor<T> = { start: Partial<T>; onClose: () => void; onSaved: () => void };

/** A drawer with a form in it, which closes once what it holds is saved. */
function Edit<T extends object>(props: { title: string; width: number; form: FormInstance<T>; start: Partial<T>; save: (values: T) => Promise<unknown>; onClose: () => void; onSaved: () => void; children: ReactNode }): ReactNode {
  const { t } = useTranslation();
  const done = async (values: T): Promise<void> => {
    if (!(await props.save(values))) return;
    props.onSaved();
    props.onClose();
  };
  return (
    <Drawer open size={props.width} title={props.title} onClose={props.onClose} extra={<Button type="primary" onClick={() => props.form.submit()}>{t('common.save')}</Button>}>
      <Form<T> form={props.form} layout="vertical" initialValues={props.start} onFinish={(values) => void done(values)} scrollToFirstError>{props.children}</Form>
    </Drawer>
  );
}

type Path = string | (string | number)[];

/** A text in both languages; one of them is enough. */
function Both(props: { name: Path; label: string }): ReactNode {
  const { t } = useTranslation();
  const path = [props.name].flat();
  return (
    <Space wrap align="start" style={{ marginRight: 8 }}>
      <Form.Item name={[...path, 'zh']} label={`${props.label} (${t('selling.zh')})`}><Input style={{ width: 240 }} /></Form.Item>
      <Form.Item name={[...path, 'en']} label={`${props.label} (${t('selling.en')})`}><Input style={{ width: 240 }} /></Form.Item>
    </Space>
  );
}

/** A number that is never rounded. */
function Amount(props: { name: Path; label: string; optional?: boolean; placeholder?: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <Form.Item name={props.name} label={props.label} rules={[{ required: !props.optional, pattern: NUMBER, message: t('selling.numberNeeded') }]}>
      <Input inputMode="decimal" placeholder={props.placeholder} style={{ width: 140 }} />
    </Form.Item>
  );
}

/** A key for machines. */
function Key(props: { name: Path; label: string; pattern: RegExp; disabled?: boolean }): ReactNode {
  const { t } = useTranslation();
  return (
    <Form.Item name={props.name} label={props.label} rules={[{ required: true, pattern: props.pattern, message: t('selling.keyNeeded') }]}>
      <Input disabled={props.disabled ?? false} style={{ width: 200 }} />
    </Form.Item>
  );
}

/** What is counted of events. How it counts cannot change once it is there. */
export function EditMeter(props: Editor<Meter>): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const [form] = Form.useForm<MeterInput>();
  const known = props.start.key !== undefined;
  const aggregation = Form.useWatch('aggregation', form);
  const start = { name: NO_WORDS, unit: NO_WORDS, aggregation: 'SUM', valueField: 'value', dimensions: [], ...props.start } as Partial<MeterInput>;
  return (
    <Edit<MeterInput> {...props} title={t('selling.addMeter')} width={620} form={form} start={start} save={(values) => act(PUT_METER, { input: { ...values, valueField: values.valueField || null } }, t('common.saved'))}>
      <Key name="key" label={t('selling.key')} pattern={/^[a-z0-9_]+$/} disabled={known} />
      <Both name="name" label={t('selling.name')} />
      <Both name="unit" label={t('selling.unit')} />
      <Form.Item name="eventType" label={t('selling.event')} extra={t('selling.eventHelp')} rules={[{ required: true, message: t('selling.eventNeeded') }]}><Input disabled={known} /></Form.Item>
      <Form.Item name="aggregation" label={t('selling.aggregation')} extra={aggregation && t(`selling.aggregation.${aggregation}.help`)}>
        <Select disabled={known} options={AGGREGATIONS.map((value) => ({ value, label: t(`selling.aggregation.${value}`) }))} />
      </Form.Item>
      <Form.Item name="valueField" label={t('selling.valueField')} extra={t('selling.valueFieldHelp')}><Input disabled={known} /></Form.Item>
      <Form.Item name="dimensions" label={t('selling.dimensions')} extra={t('selling.dimensionsHelp')}><Select mode="tags" open={false} suffixIcon={null} /></Form.Item>
    </Edit>
  );
}

/** How sales are taxed in a region. */
export function EditTax(props: Editor<Tax>): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const [form] = Form.useForm<TaxInput>();
  const start = { name: NO_WORDS, percent: '0', included: false, reverseCharge: false, ...props.start } as Partial<TaxInput>;
  return (
    <Edit<TaxInput> {...props} title={t('selling.addTax')} width={620} form={form} start={start} save={(input) => act(PUT_TAX, { input }, t('common.saved'))}>
      <Form.Item name="region" label={t('billTo.region')} rules={[{ required: true, pattern: /^[A-Z]{2}$/, message: t('selling.regionNeeded') }]}><Input disabled={props.start.region !== undefined} placeholder="CN" style={{ width: 100 }} /></Form.Item>
      <Both name="name" label={t('selling.name')} />
      <Amount name="percent" label={t('selling.percent')} />
      <Form.Item name="included" valuePropName="checked"><Checkbox>{t('selling.included')}</Checkbox></Form.Item>
      <Form.Item name="reverseCharge" valuePropName="checked"><Checkbox>{t('selling.reverse')}</Checkbox></Form.Item>
    </Edit>
  );
}

/** Another version of a plan. A version never changes, so this always makes a new one. */
export function EditPlan(props: Editor<Plan> & { meters: Meter[] }): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const [form] = Form.useForm<PlanInput>();
  const { meters, start: given, ...rest } = props;
  const next = given.code !== undefined;
  const start = { version: 1, name: NO_WORDS, about: NO_WORDS, currency: 'CNY', trialDays: 0, minimum: '0', public: false, charges: [], ...given } as Partial<PlanInput>;
  const save = (values: PlanInput): Promise<unknown> => act(ADD_PLAN, { input: { ...values, version: start.version ?? 1, charges: values.charges.map(priced) } }, t('common.saved'));
  return (
    <Edit<PlanInput> {...rest} title={`${t('selling.addPlan')}${next ? `: ${given.code}/${start.version}` : ''}`} width={900} form={form} start={start} save={save}>
      <Space wrap align="start">
        <Key name="code" label={t('selling.code')} pattern={/^[a-z0-9-]+$/} disabled={next} />
        <Form.Item name="currency" label={t('selling.currency')}><Select disabled={next} style={{ width: 110 }} options={CURRENCIES.map((value) => ({ value, label: value }))} /></Form.Item>
        <Form.Item name="trialDays" label={t('selling.trialDays')}><InputNumber min={0} max={365} precision={0} /></Form.Item>
        <Amount name="minimum" label={t('selling.minimum')} />
      </Space>
      <Both name="name" label={t('selling.name')} />
      <Both name="about" label={t('selling.about')} />
      <Form.Item name="public" valuePropName="checked"><Checkbox>{t('selling.publicHelp')}</Checkbox></Form.Item>
      <Form.List name="charges" rules={[{ validator: (_, charges: unknown[]) => (charges.length > 0 ? Promise.resolve() : Promise.reject(new Error(t('selling.chargeNeeded')))) }]}>
        {(fields, { add, remove }, { errors }) => (
          <>
            {fields.map((field) => (
              <Card key={field.key} size="small" style={{ marginBottom: 12 }} title={`${t('selling.charge')} ${field.name + 1}`} extra={<Button size="small" onClick={() => remove(field.name)}>{t('common.remove')}</Button>}>
                <Charge at={field.name} meters={meters} />
              </Card>
            ))}
            <Form.ErrorList errors={errors} />
            <Button onClick={() => add({ key: '', name: NO_WORDS, model: 'PER_UNIT', free: '0', tiers: [{ unit: '0', flat: '0' }] })}>{t('selling.addCharge')}</Button>
          </>
        )}
      </Form.List>
    </Edit>
  );
}

/** A charge with only what its price model knows. */
function priced(charge: PlanInput['charges'][number]): PlanInput['charges'][number] {
  const { key, model } = charge;
  const tiered = TIERED.includes(model);
  const tiers = (charge.tiers ?? []).map(({ upTo, unit, flat }) => ({ upTo: upTo || null, unit: unit || '0', flat: flat || '0' }));
  return {
    key,
    name: { zh: charge.name.zh, en: charge.name.en },
    model,
    meter: model === 'FLAT' ? null : (charge.meter ?? null),
    price: tiered ? null : (charge.price ?? null),
    size: model === 'PACKAGE' ? (charge.size ?? null) : null,
    free: model === 'FLAT' ? '0' : charge.free || '0',
    tiers: tiered ? tiers : [],
  };
}

function Charge(props: { at: number; meters: Meter[] }): ReactNode {
  const { t, i18n } = useTranslation();
  const form = Form.useFormInstance<PlanInput>();
  const { at, meters } = props;
  const model: PriceModel = Form.useWatch(['charges', at, 'model'], form) ?? 'PER_UNIT';
  const named = ({ zh, en }: { zh: string; en: string }): string => (i18n.language.startsWith('zh') ? zh || en : en || zh);
  return (
    <>
      <Space wrap align="start">
        <Key name={[at, 'key']} label={t('selling.key')} pattern={/^[a-z0-9_]+$/} />
        <Form.Item name={[at, 'model']} label={t('selling.model')} extra={t(`selling.model.${model}.help`)}>
          <Select style={{ width: 260 }} options={MODELS.map((value) => ({ value, label: t(`selling.model.${value}`) }))} />
        </Form.Item>
        {model !== 'FLAT' && (
          <Form.Item name={[at, 'meter']} label={t('billing.meter')} rules={[{ required: true, message: t('selling.meterNeeded') }]}>
            <Select style={{ width: 220 }} options={meters.map((meter) => ({ value: meter.key, label: `${named(meter.name)} (${meter.key})` }))} />
          </Form.Item>
        )}
      </Space>
      <Both name={[at, 'name']} label={t('selling.line')} />
      <Space wrap align="start">
        {!TIERED.includes(model) && <Amount name={[at, 'price']} label={model === 'PERCENTAGE' ? t('selling.percent') : t('selling.price')} />}
        {model === 'PACKAGE' && <Amount name={[at, 'size']} label={t('selling.size')} />}
        {model !== 'FLAT' && <Amount name={[at, 'free']} label={t('selling.free')} optional />}
      </Space>
      {TIERED.includes(model) && (
        <Form.List name={[at, 'tiers']}>
          {(tiers, { add, remove }) => (
            <>
              {tiers.map((tier) => (
                <Space key={tier.key} wrap align="end">
                  <Amount name={[tier.name, 'upTo']} label={t('selling.upTo')} optional placeholder={t('selling.noEnd')} />
                  <Amount name={[tier.name, 'unit']} label={t('selling.price')} />
                  <Amount name={[tier.name, 'flat']} label={t('selling.once')} />
                  <Form.Item><Button size="small" disabled={tiers.length === 1} onClick={() => remove(tier.name)}>{t('common.remove')}</Button></Form.Item>
                </Space>
              ))}
              <div><Button size="small" onClick={() => add({ unit: '0', flat: '0' })}>{t('selling.addTier')}</Button></div>
            </>
          )}
        </Form.List>
      )}
    </>
  );
}
