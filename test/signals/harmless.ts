/** Command lines of everyday work. None of them has a finding. */
export const HARMLESS: readonly string[] = `
ls -la
pwd
cat package.json
cat README.md | head -20
head -n 40 src/index.ts
tail -f logs/dev.log
wc -l src/**/*.ts
find . -name '*.ts' -not -path './node_modules/*'
find . -name '*.pyc' -delete
find src -type f -exec grep -l TODO {} +
find . -type d -name __pycache__ -exec rm -rf {} +
grep -rn "password" src
grep -rn "API_KEY" --include=*.ts src
grep -n ".env" README.md
rg "secret" -g '!node_modules'
rg -l 'process.env' src | xargs wc -l
sed -n '1,40p' src/app.ts
sed -i 's/foo/bar/g' src/app.ts
awk '{print $1}' data.csv | sort | uniq -c
jq '.scripts' package.json
diff -u a.txt b.txt
tree -L 2
mkdir -p src/components
touch src/new.ts
cp src/a.ts src/b.ts
cp .env.example .env.local.example
mv old.ts new.ts
rm old.ts
rm -f tmp/cache.json
rm -rf node_modules
rm -rf dist build coverage
rm -rf ./dist && npm run build
rm -rf node_modules package-lock.json && npm install
rm -rf /tmp/test-output
rm -rf "$TMPDIR/work"
rm -rf /home/dev/shop/dist
rm -r src/legacy
cat .env.example
cat .env.sample
echo "hello"
echo "$PATH"
echo "$HOME/.config"
echo "Token count: $count"
printf '%s\\n' one two
export NODE_ENV=test
NODE_ENV=production npm run build
env NODE_ENV=test npx vitest run
printenv PATH
which node
node --version
node -e "console.log(process.version)"
node scripts/build.mjs
npx tsc --noEmit
npx eslint . --fix
npx prettier --write src
npx vitest run test/cart.test.ts
npm ci
npm install
npm install --save-dev vitest
npm test
npm test -- --watch=false 2>&1 | tail -40
npm run lint && npm run types
npm audit
npm outdated
npm view react version
npm pack --dry-run
pnpm install --frozen-lockfile
yarn build
bun test
deno test
python -m pytest -q
python3 -m venv .venv
source .venv/bin/activate
. .venv/bin/activate && pip install -r requirements.txt
pip install requests
pip freeze > requirements.txt
poetry install
uv sync
python manage.py migrate
python manage.py test
python -c "import sys; print(sys.version)"
cargo build --release
cargo test -- --nocapture
cargo clippy
go build ./...
go test ./... -run TestCart
go mod tidy
go vet ./...
make
make test
make clean
cmake -B build && cmake --build build
mvn -q test
./gradlew test
dotnet test
bundle exec rspec
rails db:migrate
rake test
mix test
composer install
php artisan migrate
git status
git status --short
git diff
git diff --stat main...HEAD
git log --oneline -10
git log -p src/app.ts
git show HEAD
git blame src/app.ts
git add -A
git add src/app.ts && git commit -m "Fix the cart"
git commit -m "Do not read .env in tests"
git commit --amend --no-edit
git push
git push -u origin feature/cart
git pull --rebase
git fetch origin
git checkout -b feature/cart
git checkout main
git checkout -- src/app.ts
git switch main
git restore --staged .
git stash
git stash pop
git stash list
git branch -d old-branch
git branch -a
git merge origin/main
git rebase main
git cherry-pick abc1234
git tag v1.2.3
git reset HEAD~1
git reset --soft HEAD~1
git clean -n
git config --get user.email
git config user.name "Dev"
git remote -v
git worktree add ../wt main
git rev-parse HEAD
git ls-files | head
git grep -n token
gh pr create --fill
gh pr view 12
gh pr checks
gh run list --limit 5
gh issue list
gh auth status
curl -s http://localhost:3000/health
curl -s http://127.0.0.1:8080/api/users | jq .
curl -sS https://api.example.com/v1/status
curl -X POST http://localhost:3000/login -d '{"user":"a"}'
curl -X POST https://api.example.com/items -H 'Content-Type: application/json' -d '{"name":"x"}'
curl -L -o tool.tar.gz https://example.com/tool.tar.gz
curl -s https://example.com/data.json | jq .name
curl -s https://example.com/data.json | python3 -m json.tool
curl -s https://example.com/list.txt | sort | head
curl -F file=@test.png http://localhost:3000/upload
wget https://example.com/file.zip
docker ps
docker build -t app .
docker compose up -d
docker compose down
docker compose logs -f web
docker run --rm -it node:22 node -v
docker exec -it db psql -U app -c 'select 1'
docker images
docker inspect app --format '{{.State.Status}}'
kubectl get pods
kubectl get pods -n staging -o wide
kubectl logs deploy/web
kubectl describe pod web-1
kubectl apply -f k8s/ --dry-run=client
kubectl delete pod web-1
helm list
terraform plan
terraform fmt
terraform validate
aws s3 ls
aws sts get-caller-identity
aws s3 cp s3://bucket/file.txt ./file.txt
gcloud config list
psql -c 'select count(*) from users'
psql -c "delete from carts where id = 3"
sqlite3 dev.db '.tables'
sqlite3 dev.db 'select * from users limit 5'
mysql -e 'show tables'
redis-cli ping
chmod +x scripts/run.sh
chmod 755 bin/tool
chmod 644 README.md
chmod 600 config.yml
chmod -R u+rwX build
ps aux | grep node
lsof -i :3000
kill 12345
pkill -f vite
top -b -n 1 | head
df -h
du -sh node_modules
free -m
uname -a
date
sleep 2
time npm run build
timeout 60 npm test
nohup npm run dev > dev.log 2>&1 &
npm run dev &
for f in src/*.ts; do wc -l "$f"; done
for i in 1 2 3; do curl -s localhost:3000 > /dev/null; done
while read -r line; do echo "$line"; done < list.txt
if [ -f .env ]; then echo exists; fi
[ -f dist/index.js ] && node dist/index.js
test -d node_modules || npm ci
cat <<'EOF' > src/config.ts
ls src | xargs -n1 basename
xargs -a files.txt wc -l
cat src/*.ts | wc -c
tar czf dist.tgz dist
tar xzf archive.tgz -C /tmp/x
zip -r out.zip dist
unzip -q archive.zip -d vendor
openssl version
openssl x509 -in cert.pem -noout -dates
base64 logo.png > logo.b64
sha256sum dist/app.js
ssh-keygen -l -f id.pub
crontab -l
systemctl status nginx
journalctl -u app -n 50
code .
open http://localhost:3000
bash scripts/deploy.sh --dry-run
sh -c 'echo hi'
bash -c "npm run build && npm test"
eval "$(direnv hook bash)"
echo 'rm -rf /' 
echo "git push --force" >> NOTES.md
grep -n "DROP TABLE" migrations/*.sql
grep -rn 'curl .* | sh' docs
tee out.log < build.log
npm run build | tee build.log
cd packages/web && npm test
cd /home/dev/shop && git status
command -v docker
type node
history | tail -5
claude --version
claude mcp list
make -j8 clean all
cmake -S . -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build -j
ninja -C build test
bazel build //app/... --config=ci
./gradlew clean build -x test
mvn -q -DskipTests package
cargo clean && cargo build --release
go clean -testcache && go test ./...
rm -rf build dist out coverage .next .turbo
rm -rf ./target/debug
rm -rf "node_modules" && pnpm i --frozen-lockfile
find build -name '*.o' -delete
find ./dist -type f -delete
find . -name '*.log' -mtime +7 -delete
find . -name node_modules -type d -prune -exec rm -rf {} +
find . -type d -empty -delete
find src -name '*.orig' -exec rm {} \\;
docker build -t shop:dev . && docker run --rm -p 3000:3000 shop:dev
docker compose up -d --build && docker compose logs -f --tail=50 web
docker compose exec db psql -U postgres -c 'select count(*) from orders'
docker rm -f shop-web
docker image prune -f
docker exec -it web sh -c 'ls -la /app'
docker ps --format '{{.Names}}' | xargs -n1 docker inspect --format '{{.State.Status}}'
docker inspect web --format '{{.State.Health.Status}}'
kubectl get pods -n shop -o wide
kubectl logs -f deploy/web -n shop --tail=100
kubectl describe pod web-0
kubectl rollout restart deploy/web
kubectl apply -f k8s/dev.yaml --dry-run=client
kubectl delete pod web-7d9c -n dev
kubectl get secrets -n dev
kubectl port-forward svc/web 8080:80
helm template . -f values.yaml | kubectl diff -f -
helm upgrade --install web ./chart -n dev
kind create cluster --name dev
terraform plan -out=tf.plan
terraform fmt -recursive && terraform validate
git checkout -b feature/tax && git add -A && git commit -m "Add tax; rm -rf is gone"
git stash && git pull --rebase && git stash pop
git rebase -i HEAD~3 --autosquash
git restore --staged src/cart.ts
git checkout -- src/cart.ts
git checkout main -- package.json
git reset HEAD src/a.ts
git branch -d merged-branch
git push -u origin HEAD
git push --tags
git clean -nd
git log --format='%h %s' | grep -v "force"
git config user.email dev@example.com
git config --get remote.origin.url
git worktree remove ../shop-fix
git fetch --prune && git branch -vv
git diff HEAD~1 | grep '^+' | wc -l
gh pr create --fill && gh pr checks --watch
gh run view 123 --log-failed
gh api repos/acme/shop/pulls --jq '.[].number'
apt-get update -qq
pip install -r requirements.txt --quiet
python -m venv .venv && . .venv/bin/activate && pip install -e .
source ~/.nvm/nvm.sh && nvm use 20
. "$HOME/.cargo/env"
poetry run pytest -x --tb=short
uv sync && uv run ruff check --fix .
python -c 'import sys; print(sys.version)'
node -e 'console.log(process.env.NODE_ENV)'
node --input-type=module -e 'import fs from "fs"; console.log(fs.readdirSync("src"))'
npx tsc --noEmit && npx eslint . --fix
npm config get registry
npm pkg set scripts.test="vitest run"
npm run build -- --mode production
bundle exec rspec spec/models
bin/rails db:migrate RAILS_ENV=test
psql -d shop_dev -c '\\dt'
sqlite3 dev.db '.schema users'
redis-cli -p 6379 ping
curl -s http://localhost:3000/health | jq .status
curl -X POST -H 'content-type: application/json' -d '{"a":1}' http://localhost:8080/api
curl -fsSL http://127.0.0.1:8000/openapi.json -o openapi.json
curl -F file=@fixtures/a.png http://localhost:3000/upload
curl -sf -d @test/payload.json http://localhost:4000/graphql | jq
curl -I https://example.com
curl -s https://api.github.com/repos/acme/shop | jq .stargazers_count
curl -sL https://example.com/data.json | python3 -m json.tool
curl -s https://example.com/data.csv | python3 -c 'import csv,sys; print(len(list(csv.reader(sys.stdin))))'
wget -q https://example.com/a.tar.gz && tar xzf a.tar.gz
ssh build.example 'cd shop && git pull && npm ci'
ssh -N -L 5432:localhost:5432 bastion.example
ssh-keygen -lf ~/.ssh/id_ed25519.pub
rsync -av --delete src/ backup/
rsync -a build.example:/var/log/app/ logs/
scp build.example:/tmp/report.html .
sed -i.bak -e 's/1.0/1.1/' -e '/^$/d' src/version.py
sed -i '' 's/a/b/' README.md
perl -pi -e 's/foo/bar/g' src/*.ts
awk -F, '{s+=$3} END {print s}' data.csv
jq '.version = "2.0.0"' package.json > tmp.json && mv tmp.json package.json
tar czf /tmp/shop.tgz --exclude=node_modules .
chmod +x scripts/*.sh && ./scripts/setup.sh
chmod 644 src/a.ts
chmod -R u+w dist
mkdir -p /tmp/work && cd /tmp/work && rm -rf *
TMP=$(mktemp -d) && cp -r src "$TMP" && rm -rf "$TMP"
export NODE_OPTIONS=--max-old-space-size=4096 && npm test
export PATH="$PWD/node_modules/.bin:$PATH"
env NODE_ENV=test npm test
set -euo pipefail; make test
timeout 60 npm test || true
time npm run bench
pkill -f 'vite --port' || true
lsof -ti:3000 | xargs kill -9
ps aux | grep node | awk '{print $2}' | head
for f in src/*.ts; do echo "$f"; wc -l < "$f"; done
while read -r l; do echo "$l"; done < files.txt
echo "TOKEN is set: \${TOKEN:+yes}"
echo "$PATH" | tr ':' '\\n'
echo "password=test" > test/fixtures/login.txt
test -f .env && echo exists
ls -la .env ~/.ssh
cp .env.example .env.test
touch .env.test
git ls-files | grep -c '\\.ts$'
brew install jq
aws s3 ls s3://shop-dev/
az account show
openssl x509 -in certs/ca.pem -noout -dates
openssl rand -hex 16
uptime && df -h . && free -m
journalctl -u app -n 50 --no-pager
curl -Lo /tmp/a.zip https://example.com/a.zip && unzip -o /tmp/a.zip -d vendor
curl -sSL https://example.com/schema.json -o schema.json && node scripts/validate.js schema.json
wget https://example.com/data.csv && python3 analyse.py data.csv
curl -s https://example.com/v1 | tee out.json | jq .
curl -X POST -H "Authorization: Bearer $TOKEN" -d '{"ok":true}' https://api.example.com/v1/ping
curl -d "version=$(node -p 'require("./package.json").version')" https://api.example.com/v1/tag
curl -H "X-Sha: $(git rev-parse HEAD)" https://api.example.com/v1
curl "https://api.example.com/search?q=$(date +%F)"
VERSION=$(curl -s https://example.com/version.txt); echo "$VERSION"
LATEST=$(curl -s https://api.github.com/repos/a/b/releases/latest | jq -r .tag_name) && echo "$LATEST"
echo "$DOCKER_PASSWORD" | docker login -u dev --password-stdin
echo "$GITHUB_TOKEN" | gh auth login --with-token
printf '%s' "$API_KEY" | wc -c
printf '%s\\n' "$NPM_TOKEN" > .npmrc.tmp
echo 'export API_KEY=$API_KEY'
echo "Set GITHUB_TOKEN to your token"
echo "len \${#SECRET_KEY}"
[ -n "$GITHUB_TOKEN" ] && echo set
echo "using \${API_TOKEN:0:4}…"
echo "$TOKENS_USED"
python3 -c 'import json,sys; d=json.load(open("package.json")); print(d["name"])'
python3 -c "import os; print(os.environ.get('HOME'))"
python3 -c "import os; print(os.environ['PATH'])"
node -e "console.log(process.env.PATH)"
node -p "Object.keys(require('./package.json').dependencies).length"
node -e "require('fs').writeFileSync('out.json', JSON.stringify({a:1}))"
node -e "require('fs').rmSync('dist',{recursive:true,force:true})"
python -c "import shutil; shutil.rmtree('build', ignore_errors=True)"
ruby -e 'puts File.read("README.md").lines.count'
perl -ne 'print if /foo/' src/a.txt
perl -e 'print "a\\n" x 3'
awk '{print $1}' access.log | sort | uniq -c | sort -rn | head
awk 'BEGIN{while((getline l < "a.txt")>0) n++; print n}'
php -r 'echo PHP_VERSION;'
bash -c 'npm ci && npm test'
bash scripts/build.sh --release
sh ./configure --prefix=/tmp/out
bash -lc 'nvm use 20 && node -v'
eval "$(ssh-agent -s)"
eval "$(pyenv init -)"
eval $(opam env)
source <(kubectl completion bash)
for f in *.test.js; do node "$f" || exit 1; done
for d in dist build .cache; do rm -rf "$d"; done
for pkg in packages/*; do (cd "$pkg" && rm -rf dist && npm run build); done
for i in 1 2 3; do curl -s http://localhost:3000/health && break; sleep 1; done
while ! nc -z localhost 5432; do sleep 1; done
cd packages/api && rm -rf * && git checkout -- package.json
cd build && rm -rf ./* && cmake .. && make
(cd /tmp && rm -rf shop && git clone https://github.com/acme/shop)
rm -rf /tmp/shop-test-*
rm -rf "$TMPDIR/x"
rm -rf dist/* .cache/*
find . -name dist -type d -not -path '*/node_modules/*' -print0 | xargs -0 rm -rf
find packages -name node_modules -type d -prune -print0 | xargs -0 rm -rf
find . -name '*.snap' | xargs rm -f
find . -type f -name '*.ts' -exec sed -i 's/a/b/' {} +
find . -type f -exec chmod 644 {} +
find src -type d -exec chmod 755 {} \\;
git ls-files -d | xargs git checkout --
git ls-files '*.orig' | xargs rm -f
git branch --merged | grep -v main | xargs git branch -d
docker ps -aq | xargs docker rm -f
docker exec db psql -U postgres -c 'select 1'
docker exec web rm -rf /app/.cache
docker compose exec web npm run migrate
docker compose run --rm web npm test
kubectl exec -it web-0 -n dev -- ls /app
kubectl -n dev get pods
kubectl -n dev delete pod web-0
kubectl config use-context dev
ssh dev.example 'docker compose ps'
ssh dev.example "cd /srv/app && git pull && rm -rf node_modules && npm ci"
ssh dev.example < scripts/check.sh
cat notes.md | less
cat src/env.ts .env.example
grep -r DATABASE_URL --include='*.ts' .
cat .envrc.example
git show HEAD:package.json
git show main:src/config.ts | head
git diff --name-only origin/main...HEAD | xargs npx eslint
git push origin HEAD:refs/heads/feature
git push origin feature:feature
git switch -c feature
git restore --staged --worktree src/a.ts
git -c color.ui=always diff
HUSKY=1 git commit -m x
npx prisma migrate dev --name add_tax
npx prisma db push
npx playwright test --headed
npx -y create-vite@latest app --template react
npm exec -- tsc --noEmit
pnpm exec vitest run
yarn dlx sb init
bundle exec rails db:migrate
poetry run python manage.py migrate
uv run python -m pytest -q
terraform -chdir=infra plan
aws --profile dev s3 cp s3://bucket/a.json .
aws --region eu-west-1 ec2 describe-instances
helm -n dev list
flock /tmp/build.lock make
timeout 10 bash -c 'until curl -sf localhost:3000; do sleep 1; done'
env -u NODE_OPTIONS npm test
env | grep -c NODE
export -f build
declare -a files=(a b)
alias ll='ls -la'
trap 'rm -f "$tmp"' EXIT
trap 'kill $(jobs -p)' EXIT
trap - INT
install -m 755 bin/tool /tmp/tool
install -d -m 755 build/out
dd if=/dev/zero of=/tmp/blob bs=1M count=10
dd if=/dev/urandom bs=16 count=1 2>/dev/null | xxd -p
tee -a logs/build.log < out.txt
: > logs/app.log
> out.txt
{ echo a; echo b; } > list.txt
echo 'console.log(1)' | node
echo 'select 1;' | psql shop_dev
echo 'npm test' | bash
base64 -d <<< aGVsbG8=
echo aGVsbG8= | base64 -d
openssl dgst -sha256 dist/app.js
claude -p 'say hi'
code --diff a.ts b.ts
tar czf - src | wc -c
tar czf backup.tgz src && ls -la backup.tgz
git archive HEAD | tar -x -C /tmp/out
nc -z localhost 8080
xargs -n1 echo < list.txt
echo src/a.ts | xargs wc -l
curl -H "Authorization: Bearer $(cat /tmp/token)" https://api.example.com/v1
env | grep -i node
echo "$MAX_TOKENS"
scons -j4 target=release
meson setup build && meson compile -C build && meson test -C build
autoreconf -fi && ./configure && make check
swift build -c release && swift test
dotnet restore && dotnet build --no-restore && dotnet test
mix deps.get && mix ecto.migrate && mix test
sbt clean compile test
lein test && lein uberjar
stack build --fast --test
cabal test all
zig build test
flutter clean && flutter pub get && flutter build apk
pod install --repo-update
xcodebuild -scheme App -destination 'platform=iOS Simulator' test
gradle --stop && rm -rf ~/.gradle/daemon/tmp
npm cache verify && npm outdated || true
pnpm store prune
yarn cache clean
pip cache purge
go mod tidy && go vet ./... && golangci-lint run
cargo fmt --check && cargo clippy -- -D warnings
rm -f *.log && rm -rf tmp/cache
rm -rf .pytest_cache .mypy_cache .ruff_cache
rm -r old-docs
rm -rf "./\${BUILD_DIR:-build}"
rm -rf -- build/
mkdir -p out && rm -rf out/*
find . -name '.DS_Store' -type f -delete
find target -name '*.class' -delete
find . -path ./node_modules -prune -o -name '*.md' -print
find . -type f -size +1M -exec ls -lh {} \\;
find . -name '*.tmp' -exec rm -v {} +
find logs -mtime +30 -exec gzip {} \\;
fd -e ts -x wc -l
docker buildx build --platform linux/amd64 -t a/b:1 --push .
docker logs --since 10m web 2>&1 | grep -i error
docker cp web:/app/report.json .
docker network ls && docker volume ls
docker stop $(docker ps -q --filter name=shop)
docker rmi $(docker images -q --filter dangling=true)
docker compose down --remove-orphans
docker compose -f docker-compose.dev.yml up -d db
docker run --rm -v "$PWD":/src -w /src node:20 npm test
docker exec -i db pg_dump -U postgres shop > dump.sql
docker exec db mysql -uroot -e 'show tables'
podman build . && podman images
kubectl get events --sort-by=.lastTimestamp | tail
kubectl delete pod -l app=web --field-selector=status.phase=Failed
kubectl delete -f k8s/job.yaml
kubectl scale deploy/web --replicas=2
kubectl get secret web -o name
kubectl create secret generic web --from-literal=a=b --dry-run=client -o yaml > secret.yaml
helm dependency update ./chart && helm lint ./chart
helm rollback web 3 -n dev
minikube delete --profile dev
terraform init -upgrade && terraform state list
ansible-playbook -i hosts.ini site.yml --check
git stash list && git stash show -p stash@{0}
git cherry-pick -x abc123 && git push
git rebase --abort || git merge --abort
git commit -am "Drop table users from docs"
git checkout feature -- src/
git checkout HEAD~2 -- src/a.ts
git rm -r --cached dist
git clean -n -d
git tag -a v1.2 -m v1.2 && git push origin v1.2
git submodule update --init --recursive
git remote set-url origin git@github.com:acme/shop.git
git config --global --get user.name
git config core.autocrlf false
git log -p --all -S 'SECRET' -- src | head -50
git grep -n 'rm -rf'
git bisect run npm test
git worktree add ../shop-fix fix && cd ../shop-fix && npm ci
gh repo view --json name && gh issue list
gh release create v1 --notes-file CHANGELOG.md dist/app.tgz
glab mr create --fill
sed -i -E 's/(version = ")[^"]+/\\11.2.3/' Cargo.toml
sed -i '/DEBUG/d' .env.example
perl -0pi -e 's/\\r\\n/\\n/g' src/a.ts
tr -d '\\r' < a.txt > b.txt
sort -u words.txt -o words.txt
xargs -P4 -I{} convert {} {}.png < images.txt
curl -sS localhost:9200/_cat/indices
curl -X DELETE http://localhost:9200/test-index
curl -d @- http://localhost:3000/api < test.json
curl -F 'a=@x' http://127.0.0.1:5000/upload
curl -sI https://example.com | head -1
curl -s https://example.com/a.tar.gz | tar xz -C vendor
curl -fsSL https://example.com/key.gpg -o /tmp/key.gpg && gpg --show-keys /tmp/key.gpg
http POST :3000/login user=a password=b
wget --spider https://example.com
ssh host.example uptime
ssh -t dev.example 'tail -f /var/log/app.log'
ssh dev.example "find /srv/app/tmp -mtime +7 -delete"
rsync -avz dev.example:/srv/data/ ./data/
mosh dev.example
psql "$DATABASE_URL" -c 'select now()'
psql shop_test < schema.sql
pg_dump shop_dev > dump.sql
mysql shop -e "update users set name='drop table' where id=1"
sqlite3 app.db "delete from sessions where expired = 1"
redis-cli del session:1
mongosh --eval 'db.users.find().limit(1)'
export DATABASE_URL=postgres://localhost/test && npm run migrate
set -a && . ./.env.test && set +a && npm test
cp .env.example .env && $EDITOR .env
diff <(sort a.txt) <(sort b.txt)
ls ~/.ssh ~/.aws
ssh-add -l
gpg --list-keys
openssl req -x509 -newkey rsa:2048 -nodes -keyout /tmp/k.pem -out /tmp/c.pem -subj /CN=localhost
python3 -m http.server 8000
python3 -m json.tool < a.json
python3 -c "import secrets; print(secrets.token_hex(16))"
python3 -c "import subprocess; print(subprocess.check_output(['git','status']))"
python3 -c "import requests; print(requests.get('https://example.com').status_code)"
python manage.py shell -c "from a.models import B; print(B.objects.count())"
node -e "const fs=require('fs'); const p=JSON.parse(fs.readFileSync('package.json')); p.version='1.0.1'; fs.writeFileSync('package.json', JSON.stringify(p,null,2))"
node -e "fetch('http://localhost:3000').then(r=>console.log(r.status))"
node --env-file=.env server.js
deno run -A main.ts
bun test --watch
ruby -ropenssl -e 'puts OpenSSL::VERSION'
watch -n 2 'kubectl get pods'
nohup npm run dev > /tmp/dev.log 2>&1 &
kill %1; wait
screen -ls; tmux ls
chmod 600 config/local.json && chmod a+x bin/*
chmod -R g+rX docs
chown -R dev:dev node_modules
umask 022
ln -sf ../shared/config.json config.json
ulimit -n 4096
crontab -l | grep backup
launchctl list | head
systemctl --user status app
python3 -c "import json; d=json.load(open('.claude/settings.json')); json.dump(d, open('out.json','w'))"
node -e "const c=require('fs').readFileSync('.github/workflows/ci.yml','utf8'); require('fs').writeFileSync('out.txt', c)"
python3 -c "open('.env.example','w').write('A=1')"
`
  .trim()
  .split("\n")
  .concat([
    'python3 - <<\'PY\'\nimport json\nprint(json.load(open("package.json"))["version"])\nPY',
    "cat > src/a.ts <<'EOF'\nexport const rm = \"rm -rf /\";\nEOF",
    "cat <<EOF > .env.example\nAPI_KEY=\nEOF",
    "python - <<'PY'\nimport pathlib\np = pathlib.Path('src/a.py')\np.write_text(p.read_text().replace('foo', 'bar'))\nPY",
    "python3 <<'PY'\nimport csv\nwith open('data.csv') as f:\n    print(sum(1 for _ in csv.reader(f)))\nPY",
    "cat > scripts/x.py <<'PY'\nimport os\nos.system('rm -rf /')\nPY",
    "bash <<'EOF'\nset -e\nnpm ci\nnpm test\nEOF",
    "cat <<'EOF' | node\nconsole.log(1)\nEOF",
  ]);
