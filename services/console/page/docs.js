const make = (name, text, ...inside) => { const element = document.createElement(name); if (text) element.textContent = text; element.append(...inside); return element; };
fetch('/v1/openapi.json').then((answer) => answer.json()).then((api) => {
  const referred = (value) => value && value.$ref ? api.components.schemas[value.$ref.split('/').pop()] : value;
  for (const [path, methods] of Object.entries(api.paths)) for (const [method, operation] of Object.entries(methods)) {
    const box = make('details', '', make('summary', '', make('b', method.toUpperCase()), make('code', path), ' ', operation.summary));
    const rows = (operation.parameters || []).map((one) => make('tr', '', make('td', one.name), make('td', one.in), make('td', one.description || '')));
    if (rows.length > 0) box.append(make('table', '', ...rows));
    const schema = operation.requestBody?.content['application/json']?.schema.oneOf?.[0].oneOf?.map(referred);
    if (schema) box.append(make('pre', JSON.stringify(schema.length === 1 ? schema[0] : schema.map((one) => one.properties.type), null, 2)));
    box.append(make('table', '', ...Object.entries(operation.responses).map(([code, one]) => make('tr', '', make('td', code), make('td', one.description)))));
    document.getElementById('paths').append(box);
  }
});
