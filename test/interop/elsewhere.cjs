// Loaded into popfetch by the tests of the examples: the host that an example names is on this computer, at another port.
const net = require('node:net');
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  if (options !== null && typeof options === 'object' && options.host === 'pop.isp.example') {
    options.host = '127.0.0.1';
    options.port = Number(process.env.TEST_PORT);
  }
  return connect.apply(this, args);
};
