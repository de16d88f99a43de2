// Loaded into popfetch by the tests of the examples: the host that an example names is on this computer, at another port.
const dns = require('node:dns/promises');
const net = require('node:net');
const here = '127.0.0.1';
const { lookup } = dns;
dns.lookup = async (name, ...rest) =>
  name === 'pop.isp.example' ? [{ address: here, family: 4 }] : lookup(name, ...rest);
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  if (options?.host === here && options.port === 995) options.port = Number(process.env.TEST_PORT);
  return connect.apply(this, args);
};
