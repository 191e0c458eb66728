#!/usr/bin/env bash
# A Kubernetes cluster of one node in a network namespace of its own, as root and without a container engine:
#   node.sh up STATE TOOLS     starts it; STATE/kubeconfig is its administrator's
#   node.sh down STATE         ends it, and leaves nothing behind but STATE/logs
#   node.sh inside STATE CMD   runs a command in its network
# TOOLS has the binaries of Kubernetes; etcd, containerd, runc and the network plugins are Debian's. Nothing of it is secured
# against who is on this machine.
set -euo pipefail

what=$1 state=$(realpath -m "$2") mounts=
name=lingxi-node
node=10.88.0.1 pods=10.89.0.0/16 services=10.90.0.0/16 dns=10.90.0.10

in_net() { nsenter --net=/run/netns/$name -- "$@"; }

# Starts a program of the node that outlives this script, and notes its process.
start() {
  local of=$1; shift
  nsenter --net=/run/netns/$name ${mounts:+"--mount=$mounts"} -- setsid "$@" >"$state/logs/$of" 2>&1 </dev/null &
  echo $! >"$state/pids/$of"
}

# What mounts from now on does so where only the node sees it, and what is mounted goes with the node.
own_mounts() {
  start mounts unshare --mount --propagation slave sh -c 'mount --make-rshared / && exec sleep infinity'
  wait_for "the node's mounts" sh -c "[ \"\$(readlink /proc/$(cat "$state/pids/mounts")/ns/mnt)\" != \"\$(readlink /proc/self/ns/mnt)\" ] &&
    grep -q ' / .*shared:' /proc/$(cat "$state/pids/mounts")/mountinfo"
  mounts=/proc/$(cat "$state/pids/mounts")/ns/mnt
}

wait_for() {
  local what=$1; shift
  for _ in $(seq 600); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  echo "$what does not come up; see $state/logs" >&2
  exit 1
}

kubeconfig() { # file, token
  cat >"$1" <<YAML
apiVersion: v1
kind: Config
clusters: [{ name: node, cluster: { server: "https://$node:6443", insecure-skip-tls-verify: true } }]
users: [{ name: who, user: { token: $2 } }]
contexts: [{ name: node, context: { cluster: node, user: who } }]
current-context: node
YAML
}

network() {
  ip netns add $name
  in_net ip link set lo up
  # The node's own address is on a bridge, which is up without a cable.
  in_net ip link add node0 type bridge
  in_net ip addr add $node/24 dev node0
  in_net ip link set node0 up
  in_net ip route add default dev node0
  in_net sysctl -qw net.ipv4.ip_forward=1
  mkdir -p "$state/cni"
  cat >"$state/cni/10-pods.conflist" <<JSON
{ "cniVersion": "1.0.0", "name": "pods", "plugins": [
  { "type": "bridge", "bridge": "pods0", "isGateway": true, "hairpinMode": true, "ipMasq": false,
    "ipam": { "type": "host-local", "dataDir": "$state/ipam", "ranges": [[{ "subnet": "${pods%.0.0/16}.0.0/24" }]],
              "routes": [{ "dst": "0.0.0.0/0" }] } },
  { "type": "portmap", "capabilities": { "portMappings": true } }
] }
JSON
}

control_plane() {
  local admin
  admin=$(openssl rand -hex 16)
  kubeconfig "$state/kubeconfig" "$admin"
  echo "$admin,admin,admin,system:masters" >"$state/tokens"
  chmod 600 "$state/tokens" "$state/kubeconfig"
  [ -f "$state/accounts.key" ] || openssl genrsa -out "$state/accounts.key" 2048 2>/dev/null
  start etcd etcd --data-dir "$state/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380
  start kube-apiserver "$tools/kube-apiserver" --etcd-servers http://127.0.0.1:2379 --cert-dir "$state/certs" \
    --advertise-address $node --bind-address 0.0.0.0 --secure-port 6443 --service-cluster-ip-range $services \
    --token-auth-file "$state/tokens" --authorization-mode Node,RBAC --allow-privileged \
    --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$state/accounts.key" \
    --service-account-signing-key-file "$state/accounts.key" --kubelet-preferred-address-types InternalIP
  wait_for kube-apiserver "$kubectl" get --raw /readyz
  start kube-controller-manager "$tools/kube-controller-manager" --kubeconfig "$state/kubeconfig" \
    --service-account-private-key-file "$state/accounts.key" --root-ca-file "$state/certs/apiserver.crt" \
    --use-service-account-credentials --leader-elect=false --cluster-cidr $pods --allocate-node-cidrs=false \
    --bind-address 127.0.0.1
  start kube-scheduler "$tools/kube-scheduler" --kubeconfig "$state/kubeconfig" --leader-elect=false --bind-address 127.0.0.1
}

containers() {
  cat >"$state/containerd.toml" <<TOML
version = 2
root = "$state/containerd"
state = "$state/run"
[grpc]
  address = "$state/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "lingxi.local/pause:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$state/cni"
TOML
  start containerd containerd --config "$state/containerd.toml"
  wait_for containerd ctr --address "$state/containerd.sock" version
  ctr --address "$state/containerd.sock" --namespace k8s.io images import "$state/pause.tar" >/dev/null
}

kubelet() {
  local root
  for root in memory cpu cpuacct pids cpuset blkio devices freezer systemd hugetlb; do
    [ ! -d /sys/fs/cgroup/$root ] || mkdir -p /sys/fs/cgroup/$root/$name
    # A set of processors says which before anything runs in it.
    for file in cpuset.cpus cpuset.mems; do
      [ $root != cpuset ] || cat /sys/fs/cgroup/cpuset/$file >/sys/fs/cgroup/cpuset/$name/$file
    done
  done
  cat >"$state/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: { anonymous: { enabled: true }, webhook: { enabled: false } }
authorization: { mode: AlwaysAllow }
cgroupDriver: cgroupfs
cgroupRoot: /$name
cgroupsPerQOS: true
enforceNodeAllocatable: []
failSwapOn: false
failCgroupV1: false
containerRuntimeEndpoint: unix://$state/containerd.sock
clusterDNS: [$dns]
clusterDomain: cluster.local
resolvConf: "$state/resolv.conf"
registerNode: true
evictionHard: { memory.available: 100Mi, nodefs.available: "1%", imagefs.available: "1%" }
imageGCHighThresholdPercent: 100
featureGates: { KubeletInUserNamespace: true }
podLogsDir: "$state/pods"
maxPods: 200
YAML
  echo "nameserver 127.0.0.1" >"$state/resolv.conf"
  start kubelet "$tools/kubelet" --config "$state/kubelet.yaml" \
    --kubeconfig "$state/kubeconfig" --root-dir "$state/kubelet" --node-ip $node --hostname-override node
  cat >"$state/proxy.yaml" <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: { kubeconfig: "$state/kubeconfig" }
clusterCIDR: $pods
hostnameOverride: node
mode: iptables
iptables: { minSyncPeriod: 200ms }
conntrack: { maxPerCore: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s }
YAML
  start kube-proxy "$tools/kube-proxy" --config "$state/proxy.yaml"
  wait_for kubelet "$kubectl" get node node
  "$kubectl" wait --for=condition=Ready node/node --timeout=60s >/dev/null
}

# Names: a server on the node, behind a Service without pods.
names() {
  cat >"$state/Corefile" <<CORE
cluster.local:53 {
  bind $node
  errors
  kubernetes cluster.local {
    kubeconfig $state/kubeconfig
    ttl 2
  }
}
CORE
  start dns "$tools/coredns" -conf "$state/Corefile"
  "$kubectl" apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Service
metadata: { name: dns, namespace: kube-system }
spec:
  clusterIP: $dns
  ports: [{ name: dns, port: 53, protocol: UDP }, { name: dns-tcp, port: 53, protocol: TCP }]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: dns, namespace: kube-system, labels: { kubernetes.io/service-name: dns } }
addressType: IPv4
ports: [{ name: dns, port: 53, protocol: UDP }, { name: dns-tcp, port: 53, protocol: TCP }]
endpoints: [{ addresses: [$node] }]
YAML
}

stop() { # program, signal
  local pid
  [ -f "$state/pids/$1" ] || return 0
  pid=$(cat "$state/pids/$1")
  kill "-$2" "$pid" 2>/dev/null || true
  for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  kill -KILL "$pid" 2>/dev/null || true
  rm -f "$state/pids/$1"
}

case $what in
up)
  tools=$(realpath "$3")
  mkdir -p "$state"/{logs,pids}
  kubectl=$(mktemp -p "$state")
  printf '#!/bin/sh\nexec nsenter --net=/run/netns/%s -- %s --kubeconfig %s "$@"\n' $name "$tools/kubectl" "$state/kubeconfig" >"$kubectl"
  chmod +x "$kubectl" && mv "$kubectl" "$state/kubectl" && kubectl=$state/kubectl
  network
  control_plane & planes=$!
  own_mounts
  containers
  wait $planes
  kubelet
  names
  ;;
down)
  # Whoever starts pods goes first, then the pods, then what holds them. Their work is not kept, so there is nothing to finish.
  stop kubelet KILL
  export socket=$state/containerd.sock
  tasks() { ctr --address "$socket" --namespace k8s.io tasks "$@"; }
  export -f tasks
  if [ -S "$socket" ]; then
    tasks list --quiet 2>/dev/null | xargs -r -P8 -I{} bash -c 'tasks kill --signal SIGKILL --all {}; tasks delete --force {}' >/dev/null 2>&1 || true
  fi
  stop containerd TERM
  for of in kube-proxy dns kube-scheduler kube-controller-manager kube-apiserver etcd; do stop $of KILL; done
  # What was left of shims, by the sockets of this node's containerd.
  for shim in $(pgrep -f "containerd-shim-runc-v2.*-address $socket" || true); do kill -KILL "$shim" 2>/dev/null || true; done
  stop mounts KILL
  if [ -e /run/netns/$name ]; then ip netns delete $name; fi
  # The networks of pods were mounted where only the node saw it: what is left of them is empty files.
  for pod in /run/netns/cni-*; do
    grep -qs " $pod " /proc/self/mountinfo || rm -f "$pod"
  done
  for folder in containerd run ipam etcd kubelet certs pods cni pids; do rm -rf "${state:?}/$folder"; done
  for root in /sys/fs/cgroup/*/; do
    [ ! -d "$root$name" ] || find "$root$name" -depth -type d -exec rmdir {} \; 2>/dev/null || true
  done
  ;;
inside)
  shift 2
  # With its names too.
  printf 'nameserver %s\n' $dns >"$state/inside.conf"
  exec nsenter --net=/run/netns/$name -- unshare --mount sh -c \
    'mount --bind "$0" /etc/resolv.conf && exec "$@"' "$state/inside.conf" "$@"
  ;;
*)
  echo "up, down or inside" >&2
  exit 2
  ;;
esac
