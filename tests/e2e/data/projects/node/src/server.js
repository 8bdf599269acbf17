const http = require('http');
const shout = require('shout');

const answer = path => shout(`hello from ${'@VERSION@'} at ${path}`) + '\n';

if (process.argv[2] === '--self-test') {
  process.exit(answer('/x') === 'HELLO FROM HARBOUR 1.0.0 AT /X!\n' ? 0 : 1);
}

const server = http.createServer((request, response) => response.end(answer(request.url)));
server.listen(process.env.PORT, () => console.log('listening'));
process.on('SIGTERM', () => {
  console.log('stopped');
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
