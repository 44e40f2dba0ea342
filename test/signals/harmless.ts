/** Command lines of everyday work, in none of which there is anything to find. */
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
`
  .trim()
  .split("\n");
