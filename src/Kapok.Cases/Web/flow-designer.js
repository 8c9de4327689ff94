// Draws a flow with bpmn-js and edits what our engine needs of each element. Saving posts the form that stands there without script.
import { chinese } from './flow-words.js';

const kapok = {
  name: 'Kapok', uri: 'https://kapok.gov.cn/bpmn', prefix: 'kapok', xml: { tagAlias: 'lowerCase' },
  types: [
    { name: 'Attributes', extends: ['bpmn:BaseElement'], properties: ['post', 'line', 'kind', 'outcomes', 'labels', 'form', 'workingDays', 'candidates', 'operation', 'passThrough', 'result', 'collection', 'item'].map(name => ({ name, isAttr: true, type: 'String' })) },
    { name: 'Parameter', superClass: ['Element'], properties: ['name', 'value'].map(name => ({ name, isAttr: true, type: 'String' })) },
  ],
};

// Work is done by people here, so a new task is a user task; what the engine refuses is not offered.
function OurPalette(palette, create, elementFactory, translate) {
  palette.registerProvider(500, { getPaletteEntries: () => entries => {
    for (const gone of ['create.data-object', 'create.data-store', 'create.group', 'create.participant-expanded']) delete entries[gone];
    const start = event => create.start(event, elementFactory.createShape({ type: 'bpmn:UserTask' }));
    entries['create.task'] = { group: 'activity', className: 'bpmn-icon-user-task', title: translate('Create user task'), action: { dragstart: start, click: start } };
    return entries;
  } });
}
OurPalette.$inject = ['palette', 'create', 'elementFactory', 'translate'];

function OurPad(contextPad, autoPlace, elementFactory, create, translate) {
  contextPad.registerProvider(500, { getContextPadEntries: element => entries => {
    if (entries['append.append-task']) entries['append.append-task'] = {
      group: 'model', className: 'bpmn-icon-user-task', title: translate('Append user task'),
      action: {
        click: () => autoPlace.append(element, elementFactory.createShape({ type: 'bpmn:UserTask' })),
        dragstart: event => create.start(event, elementFactory.createShape({ type: 'bpmn:UserTask' }), { source: element }),
      },
    };
    return entries;
  } });
}
OurPad.$inject = ['contextPad', 'autoPlace', 'elementFactory', 'create', 'translate'];

const load = address => new Promise((done, failed) => {
  if (window.BpmnJS) return done();
  const script = Object.assign(document.createElement('script'), { src: address, onload: done, onerror: failed });
  document.head.append(script);
});

export default async function (work, { $, $$, token }) {
  const form = work.closest('form');
  const area = $('textarea[name=text]', form);
  await load(form.dataset.library);
  form.classList.add('is-ready');
  const english = document.documentElement.lang === 'en';
  const modeler = new window.BpmnJS({
    container: $('.flow-designer-canvas', form), moddleExtensions: { kapok },
    additionalModules: [{
      __init__: ['ourPalette', 'ourPad'], ourPalette: ['type', OurPalette], ourPad: ['type', OurPad],
      translate: ['value', (text, values = {}) => (english ? text : chinese[text] ?? text).replace(/{([^}]+)}/g, (_, key) => values[key] ?? `{${key}}`)],
    }],
  });
  const part = name => modeler.get(name);
  try { await modeler.importXML(area.value.trim()); }
  catch (error) { form.classList.remove('is-ready'); console.warn(error.message); return; }
  const [canvas, selection, modeling, moddle, registry] = ['canvas', 'selection', 'modeling', 'moddle', 'elementRegistry'].map(part);
  // The whole flow, clear of the tools on the left.
  const fit = () => {
    const { inner, outer } = canvas.viewbox();
    const scale = Math.min(1, (outer.width - 110) / inner.width, (outer.height - 40) / inner.height);
    canvas.viewbox({ x: inner.x - 85 / scale, y: inner.y - (outer.height / scale - inner.height) / 2, width: outer.width / scale, height: outer.height / scale });
  };
  fit();
  form.modeler = modeler;
  for (const hidden of $$('.flow-designer-panel, .flow-designer-save', form)) hidden.hidden = false;

  // --- properties
  const definitions = () => modeler.getDefinitions();
  const definitionOf = bo => bo.eventDefinitions?.[0];
  const make = (type, values, parent) => Object.assign(moddle.create(type, values), { $parent: parent });
  const text = (bo, key, type) => ({ get: () => bo?.[key]?.body ?? '', set: (element, value) => modeling.updateModdleProperties(element, bo, { [key]: value ? make(type, { body: value }, bo) : undefined }) });

  // A message or error stands at the root of the file; it is named, made when it is new, and shared.
  const root = (bo, key, type, name) => ({
    get: () => bo?.[key]?.[name] ?? '',
    set: (element, value) => {
      const all = definitions().get('rootElements');
      let found = value && all.find(item => item.$type === type && item[name] === value);
      if (value && !found) {
        found = make(type, { id: moddle.ids?.nextPrefixed?.(`${type.slice(5)}_`) ?? `${type.slice(5)}_${Date.now()}`, name: value, ...(name === 'name' ? {} : { [name]: value }) }, definitions());
        all.push(found);
      }
      modeling.updateModdleProperties(element, bo, { [key]: found || undefined });
    },
  });

  function accessor(element, of, scope) {
    const bo = element.businessObject;
    const definition = definitionOf(bo);
    const loop = bo.loopCharacteristics;
    if (of === 'name') return { get: () => bo.name ?? '', set: (e, value) => modeling.updateLabel(e, value) };
    if (of === 'condition') return { get: () => bo.conditionExpression?.body ?? '', set: (e, value) => modeling.updateProperties(e, { conditionExpression: value ? moddle.create('bpmn:FormalExpression', { body: value }) : undefined }) };
    if (of === 'default') return {
      get: () => bo.sourceRef?.default === bo ? 'true' : '',
      set: (e, value) => modeling.updateProperties(e.source, { default: value ? bo : undefined }),
    };
    if (of === 'cancelActivity') return { get: () => bo.cancelActivity === false ? 'false' : 'true', set: (e, value) => modeling.updateProperties(e, { cancelActivity: value !== 'false' }) };
    if (of === 'duration') return text(definition, 'timeDuration', 'bpmn:FormalExpression');
    if (of === 'cycle') return text(definition, 'timeCycle', 'bpmn:FormalExpression');
    if (of === 'message') return root(definition ?? bo, 'messageRef', 'bpmn:Message', 'name');
    if (of === 'error') return root(definition, 'errorRef', 'bpmn:Error', 'errorCode');
    if (of === 'cardinality') return text(loop, 'loopCardinality', 'bpmn:FormalExpression');
    if (scope === 'multi') return { get: () => loop?.get(of) ?? '', set: (e, value) => modeling.updateModdleProperties(e, loop, { [of]: value || undefined }) };
    return { get: () => bo.get(of) ?? '', set: (e, value) => modeling.updateProperties(e, { [of]: value || undefined }) };
  }

  // Which rows of the panel an element has.
  function fits(element, wanted) {
    const bo = element.businessObject;
    const event = definitionOf(bo)?.$type;
    return wanted.split(' ').some(type => type === '*' ? bo.$type !== 'bpmn:Process' && bo.$type !== 'bpmn:Collaboration'
      : type === 'timer' ? event === 'bpmn:TimerEventDefinition'
      : type === 'message' ? event === 'bpmn:MessageEventDefinition' || ['bpmn:SendTask', 'bpmn:ReceiveTask'].includes(bo.$type)
      : type === 'error' ? event === 'bpmn:ErrorEventDefinition'
      : type === 'multi' ? bo.loopCharacteristics?.$type === 'bpmn:MultiInstanceLoopCharacteristics'
      : bo.$type === type);
  }

  const panel = $('.flow-designer-panel', form);
  const rows = $$('[data-of]', panel);
  let chosen = null;
  function show() {
    const all = selection.get();
    const element = all.length === 1 ? all[0].labelTarget ?? all[0] : null;
    chosen = element;
    $('[data-none]', panel).hidden = !!element;
    for (const row of rows) {
      row.hidden = !element || !fits(element, row.dataset.for);
      const input = $('input, select', row);
      if (!row.hidden && input !== document.activeElement) input.value = accessor(element, row.dataset.of, row.dataset.for).get();
    }
  }
  panel.addEventListener('change', event => {
    const row = event.target.closest('[data-of]');
    if (row && chosen) accessor(chosen, row.dataset.of, row.dataset.for).set(chosen, event.target.value.trim());
  });
  // Enter in a property takes it over; it does not save the whole flow.
  panel.addEventListener('keydown', event => { if (event.key === 'Enter' && event.target.matches('input')) { event.preventDefault(); event.target.dispatchEvent(new Event('change', { bubbles: true })); } });
  modeler.on(['selection.changed', 'element.changed'], () => show());
  show();

  // --- faults
  const list = $('.flow-designer-faults', form);
  let marked = [];
  async function check() {
    const body = new FormData();
    body.set('text', area.value);
    const answer = await fetch(form.dataset.check, { method: 'POST', body, headers: { 'X-Kapok-Token': token(), Accept: 'application/json' } }).catch(() => null);
    if (!answer?.ok) return;
    const { faults } = await answer.json();
    for (const id of marked) if (registry.get(id)) canvas.removeMarker(id, 'flow-fault');
    marked = [...new Set(faults.map(fault => fault.element).filter(id => registry.get(id)))];
    for (const id of marked) canvas.addMarker(id, 'flow-fault');
    list.replaceChildren();
    const head = document.createElement('p');
    head.textContent = faults.length ? `${list.dataset.saySome}（${faults.length}）` : list.dataset.sayNone;
    head.className = faults.length ? 'flow-designer-some' : 'flow-designer-none';
    const items = document.createElement('ul');
    for (const fault of faults) {
      const item = document.createElement('li');
      const button = Object.assign(document.createElement('button'), { type: 'button', className: 'link-button', textContent: `${fault.element}：${fault.message}${fault.hint ? `（${fault.hint}）` : ''}` });
      button.addEventListener('click', () => { const element = registry.get(fault.element); if (element) { selection.select(element); canvas.scrollToElement(element); } });
      item.append(button);
      items.append(item);
    }
    list.append(head, items);
  }

  // --- saving: the form always holds what is drawn, so that its button is an ordinary one.
  let timer;
  async function keep() { area.value = (await modeler.saveXML({ format: true })).xml; }
  modeler.on('commandStack.changed', () => {
    keep();
    form.dispatchEvent(new Event('input', { bubbles: true }));
    clearTimeout(timer);
    timer = setTimeout(check, 1200);
  });
  form.addEventListener('click', event => {
    const act = event.target.closest('[data-do]')?.dataset.do;
    if (act === 'check') check();
    if (act === 'undo') part('commandStack').undo();
    if (act === 'fit') fit();
  });
  check();
}
