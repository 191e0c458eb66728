// Runs an operation with the session of the portal, and lists what there is to ask.
const element = (id) => document.getElementById(id);

async function ask(query, variables) {
  const answer = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return answer.json();
}

async function run() {
  try {
    const answer = await ask(element('query').value, JSON.parse(element('variables').value || '{}'));
    element('answer').textContent = JSON.stringify(answer, null, 2);
  } catch (error) {
    element('answer').textContent = String(error);
  }
}

element('form').addEventListener('submit', (event) => {
  event.preventDefault();
  run();
});
element('form').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && event.ctrlKey) run();
});

const type = 'fields { name description args { name } }';
ask(`{ __schema { queryType { ${type} } mutationType { ${type} } subscriptionType { ${type} } } }`).then(({ data }) => {
  const kinds = [['query', data.__schema.queryType], ['mutation', data.__schema.mutationType], ['subscription', data.__schema.subscriptionType]];
  for (const [kind, { fields }] of kinds) {
    for (const field of fields) {
      const line = document.createElement('li');
      const args = field.args.map((one) => one.name).join(', ');
      line.textContent = `${kind} ${field.name}${args ? `(${args})` : ''}`;
      line.title = field.description ?? '';
      element('fields').append(line);
    }
  }
});
