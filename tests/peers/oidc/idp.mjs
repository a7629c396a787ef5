// An independent OpenID provider (npm oidc-provider): code + PKCE, rotating refresh tokens.
// Device codes (RFC 8628).
// Prints its issuer when it listens; ends when its standard input does.
import crypto from 'node:crypto';
import http from 'node:http';
import { Provider } from 'oidc-provider';

const USERS = {
  'jo.sample': { password: 'right & proper', name: 'Dr. Jo Sample', fhirUser: 'Practitioner/17' },
  'kim.ash': { password: 'another', name: 'Dr. Kim Ash', fhirUser: 'Practitioner/4' },
};
const { privateKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
const server = http.createServer();
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'workstation', application_type: 'native', token_endpoint_auth_method: 'none',
    id_token_signed_response_alg: 'ES256', grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    response_types: ['code'], redirect_uris: ['http://127.0.0.1/callback'],
  }],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'k1' }] },
  cookies: { keys: ['tests-only'] },
  pkce: { required: () => true },
  scopes: ['openid', 'offline_access'],
  claims: { openid: ['sub', 'auth_time'], profile: ['name'], fhirUser: ['fhirUser'] },
  conformIdTokenClaims: false,
  findAccount: (_ctx, id) => USERS[id] && {
    accountId: id,
    claims: () => ({ sub: id, name: USERS[id].name, fhirUser: USERS[id].fhirUser }),
  },
  rotateRefreshToken: true,
  ttl: { AccessToken: 300, IdToken: 300, RefreshToken: 3600, Interaction: 600, Session: 3600, Grant: 3600 },
  features: { devInteractions: { enabled: false }, revocation: { enabled: true },
    deviceFlow: { enabled: true, charset: 'base-20', mask: '****-****' } },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  loadExistingGrant: async (ctx) => { // first-party: no page of consent
    const { client, session } = ctx.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid profile offline_access fhirUser');
    await grant.save();
    return grant;
  },
});

const page = (status) => [status, `<form method="post">
  <input name="username"><input name="password" type="password"><button>Sign in</button></form>`];

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const { prompt, session } = await provider.interactionDetails(ctx.req, ctx.res);
  const finish = (accountId) => {
    ctx.respond = false;
    const login = accountId ? { login: { accountId } } : {};
    return provider.interactionFinished(ctx.req, ctx.res, { ...login, consent: {} });
  };
  if (prompt.name === 'consent' && session) return finish();
  let body = '';
  if (ctx.method === 'POST') for await (const chunk of ctx.req) body += chunk;
  const asked = new URLSearchParams(body);
  const user = USERS[asked.get('username')];
  if (user && user.password === asked.get('password')) return finish(asked.get('username'));
  ctx.type = 'html';
  [ctx.status, ctx.body] = page(ctx.method === 'POST' ? 401 : 200);
});

server.on('request', provider.callback());
process.stdout.write(`${issuer}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
