# popfetch in a container: stays, and polls each account when it is due.
#
#   docker build -t popfetch .
#   docker run -d --init --stop-timeout 15 -v ./config:/config:ro -v popfetch-state:/state -v ./mail:/mail popfetch
#
# /config  config.yaml, and password files: {file: /config/home.password}; only their owner may read and write them
# /state   seen lists, status and locks: lose them, and all mail is fetched again
# /mail    ~ of the configuration: deliver: ~/Maildir/ is /mail/Maildir/
#
# The folders belong to user 1000, or to whom --user says. Once, for a cron of your own: docker run ... popfetch --once

FROM node:22-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
# The program is one file; of node_modules it loads only the binary that locks files.
RUN npm run build \
 && mkdir -p /app/node_modules \
 && cp -r bin dist LICENSE /app/ \
 && native=node_modules/fs-native-extensions \
 && platform=prebuilds/$(node -p 'process.platform + "-" + process.arch') \
 && mkdir -p "/app/$native/$platform" \
 && cp $native/package.json $native/LICENSE "/app/$native/" \
 && cp "$native/$platform/fs-native-extensions.node" "/app/$native/$platform/" \
 && node /app/bin/popfetch.cjs demo

FROM node:22-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /opt/yarn* \
 && mkdir -p /config /state /mail \
 && chown node:node /config /state /mail \
 && ln -s /app/bin/popfetch.cjs /usr/local/bin/popfetch
COPY --from=build /app /app
ENV CONFIGURATION_DIRECTORY=/config POPFETCH_STATE_DIR=/state HOME=/mail
VOLUME ["/config", "/state", "/mail"]
WORKDIR /mail
USER node
# Unhealthy when an account had no success for two hours. It reads what the last polls left, and connects to nothing.
HEALTHCHECK --interval=5m --timeout=30s --start-period=15m \
  CMD popfetch status --max-age 2h >/dev/null || exit 1
ENTRYPOINT ["popfetch"]
