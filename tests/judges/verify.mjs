// Prints, for each credential of a JSON file (by name), which steps of verifier-core hold.
// verify.mjs FOLDER FILE: FOLDER is where `npm install @digitalcredentials/verifier-core` was run.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [folder, file] = process.argv.slice(2)
const home = `${folder}/node_modules/@digitalcredentials/verifier-core`
const { exports, module, main } = JSON.parse(readFileSync(`${home}/package.json`))
const entry = exports?.['.']?.import ?? exports?.['.'] ?? exports?.import ?? module ?? main
const { verifyCredential } = await import(pathToFileURL(`${home}/${entry?.default ?? entry}`))
const said = {}
for (const [name, credential] of Object.entries(JSON.parse(readFileSync(file)))) {
  const { log = [], errors = [] } = await verifyCredential({ credential, knownDIDRegistries: [] })
  const steps = Object.fromEntries(log.map((step) => [step.id, step.valid ?? step.error?.name]))
  said[name] = { steps, errors: errors.map((one) => one.name) }
}
process.stdout.write(JSON.stringify(said))
