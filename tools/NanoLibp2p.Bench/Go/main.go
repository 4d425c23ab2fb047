// go-libp2p as the gateway and its peers for `Bench -- gateway --beside PROGRAM`: a relay without limits, a gossipsub router, echo and perf,
// driven by JSON lines. Its commands and their answers are those of tests/js/peer.mjs and of NanoPeer.cs.
//
//	go build -o ../bin/go-peer .
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/client"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/relay"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
)

const (
	echoID = "/echo/1.0.0"
	perfID = "/perf/1.0.0"

	// between messages that begin an exchange, and after the last answer to them
	rest = 500 * time.Millisecond
)

// asked is a command with whatever arguments one of them has.
type asked struct {
	Cmd, Addr, Peer, Topic, Ack                            string
	Count, Parallel, Upload, Download, Size, Every, Window int
	Stranger                                               bool
}

type node struct {
	host   host.Host
	pubsub *pubsub.PubSub
	topics map[string]*pubsub.Topic
	heard  map[string]chan struct{}
}

func main() {
	h := newHost(true)
	_, err := relay.New(h, relay.WithInfiniteLimits())
	check(err)
	h.SetStreamHandler(echoID, func(s network.Stream) {
		if _, err := io.Copy(s, s); err != nil {
			s.Reset()
			return
		}
		s.Close()
	})
	h.SetStreamHandler(perfID, servePerf)
	ps, err := pubsub.NewGossipSub(context.Background(), h)
	check(err)
	n := &node{h, ps, map[string]*pubsub.Topic{}, map[string]chan struct{}{}}
	say(map[string]any{"peer": h.ID().String(), "addr": fmt.Sprintf("%s/p2p/%s", h.Addrs()[0], h.ID())})
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var one asked
		check(json.Unmarshal(lines.Bytes(), &one))
		if result, err := n.answer(one); err != nil {
			say(map[string]any{"error": err.Error()})
		} else {
			say(map[string]any{"result": result})
		}
	}
}

func (n *node) answer(a asked) (any, error) {
	ctx := context.Background()
	switch a.Cmd {
	case "dial":
		info, err := peer.AddrInfoFromString(a.Addr)
		if err != nil {
			return nil, err
		}
		// a host prefers the addresses that identify told it of to a circuit that it is given
		time.Sleep(rest)
		n.host.Peerstore().ClearAddrs(info.ID)
		return map[string]any{"peer": info.ID.String()}, n.host.Connect(ctx, *info)
	case "reserve":
		info, err := peer.AddrInfoFromString(a.Addr)
		if err != nil {
			return nil, err
		}
		_, err = client.Reserve(ctx, n.host, *info)
		return map[string]any{"addr": fmt.Sprintf("%s/p2p-circuit/p2p/%s", a.Addr, n.host.ID())}, err
	case "connects":
		return connects(a)
	case "firstByte":
		return n.firstByte(a)
	case "perf":
		return n.perf(a)
	case "echoBytes":
		return n.echoBytes(a)
	case "acknowledge":
		return nil, n.acknowledge(a)
	case "exchange":
		return n.exchange(a)
	case "disconnect":
		id, err := peer.Decode(a.Peer)
		if err != nil {
			return nil, err
		}
		return nil, n.host.Network().ClosePeer(id)
	case "usage":
		return usage()
	}
	return nil, fmt.Errorf("no command '%s'", a.Cmd)
}

// connects opens `count` connections, `parallel` at a time. A go host keeps one connection with a peer, so each of the dialers is a host of
// its own, made before the time begins, and closes before it dials again.
func connects(a asked) (any, error) {
	info, err := peer.AddrInfoFromString(a.Addr)
	if err != nil {
		return nil, err
	}
	hosts := make([]host.Host, a.Parallel)
	for i := range hosts {
		hosts[i] = newHost(false)
		defer hosts[i].Close()
	}
	var left, failed atomic.Int64
	left.Store(int64(a.Count))
	start := time.Now()
	var all sync.WaitGroup
	for _, h := range hosts {
		all.Add(1)
		go func() {
			defer all.Done()
			for left.Add(-1) >= 0 {
				if h.Connect(context.Background(), *info) != nil {
					failed.Add(1)
				}
				h.Network().ClosePeer(info.ID)
			}
		}()
	}
	all.Wait()
	if failed.Load() > 0 {
		return nil, fmt.Errorf("%d connections failed", failed.Load())
	}
	return map[string]any{"seconds": time.Since(start).Seconds()}, nil
}

func (n *node) firstByte(a asked) (any, error) {
	info, err := peer.AddrInfoFromString(a.Addr)
	if err != nil {
		return nil, err
	}
	var ms []float64
	for range a.Count {
		if a.Stranger {
			n.host.Peerstore().RemovePeer(info.ID)
		}
		// the address of the slow way alone; what was closed before changes the addresses until it has gone
		time.Sleep(rest)
		n.host.Peerstore().ClearAddrs(info.ID)
		start := time.Now()
		if err := n.host.Connect(context.Background(), *info); err != nil {
			return nil, err
		}
		if err := n.echo(info.ID, make([]byte, 1)); err != nil {
			return nil, err
		}
		ms = append(ms, time.Since(start).Seconds()*1e3)
		n.host.Network().ClosePeer(info.ID)
	}
	return map[string]any{"ms": ms}, nil
}

func (n *node) echo(id peer.ID, sent []byte) error {
	s, err := n.host.NewStream(context.Background(), id, echoID)
	if err != nil {
		return err
	}
	defer s.Close()
	writing := make(chan error, 1)
	go func() {
		_, err := s.Write(sent)
		if err == nil {
			err = s.CloseWrite()
		}
		writing <- err
	}()
	back := make([]byte, len(sent))
	if _, err := io.ReadFull(s, back); err != nil {
		return err
	}
	if !bytes.Equal(sent, back) {
		return errors.New("the echo came back changed")
	}
	return <-writing
}

func (n *node) echoBytes(a asked) (any, error) {
	id, err := peer.Decode(a.Peer)
	if err != nil {
		return nil, err
	}
	sent := make([]byte, a.Size)
	rand.Read(sent)
	start := time.Now()
	err = n.echo(id, sent)
	return map[string]any{"ms": time.Since(start).Seconds() * 1e3}, err
}

func (n *node) perf(a asked) (any, error) {
	id, err := peer.Decode(a.Peer)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	s, err := n.host.NewStream(context.Background(), id, perfID)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var head [8]byte
	binary.BigEndian.PutUint64(head[:], uint64(a.Download))
	if _, err := s.Write(head[:]); err != nil {
		return nil, err
	}
	if err := send(s, uint64(a.Upload)); err != nil {
		return nil, err
	}
	if err := s.CloseWrite(); err != nil {
		return nil, err
	}
	come, err := io.Copy(io.Discard, s)
	if err == nil && come != int64(a.Download) {
		err = fmt.Errorf("%d bytes of %d came down", come, a.Download)
	}
	seconds := time.Since(start).Seconds()
	if a.Download > 0 {
		return map[string]any{"uploadSeconds": 0, "downloadSeconds": seconds}, err
	}
	return map[string]any{"uploadSeconds": seconds, "downloadSeconds": 0}, err
}

func servePerf(s network.Stream) {
	var head [8]byte
	if _, err := io.ReadFull(s, head[:]); err != nil {
		s.Reset()
		return
	}
	if _, err := io.Copy(io.Discard, s); err != nil {
		s.Reset()
		return
	}
	if send(s, binary.BigEndian.Uint64(head[:])) != nil {
		s.Reset()
		return
	}
	s.Close()
}

func send(w io.Writer, left uint64) error {
	piece := make([]byte, 64<<10)
	for left > 0 {
		size := min(left, uint64(len(piece)))
		if _, err := w.Write(piece[:size]); err != nil {
			return err
		}
		left -= size
	}
	return nil
}

func (n *node) topic(name string) (*pubsub.Topic, error) {
	if t, ok := n.topics[name]; ok {
		return t, nil
	}
	t, err := n.pubsub.Join(name)
	if err == nil {
		n.topics[name] = t
	}
	return t, err
}

// hear calls `hear` for each message on the topic that is another's.
func (n *node) hear(name string, hear func()) error {
	t, err := n.topic(name)
	if err != nil {
		return err
	}
	messages, err := t.Subscribe()
	if err != nil {
		return err
	}
	go func() {
		for {
			m, err := messages.Next(context.Background())
			if err != nil {
				return
			}
			if m.GetFrom() != n.host.ID() {
				hear()
			}
		}
	}()
	return nil
}

func (n *node) acknowledge(a asked) error {
	ack, err := n.topic(a.Ack)
	if err != nil {
		return err
	}
	count := 0
	if err := n.hear(a.Topic, func() {
		count++
		if count%a.Every == 0 {
			ack.Publish(context.Background(), []byte{0})
		}
	}); err != nil {
		return err
	}
	return n.hear(a.Ack, func() {})
}

func (n *node) exchange(a asked) (any, error) {
	heard, ok := n.heard[a.Ack]
	if !ok {
		heard = make(chan struct{}, 1<<16)
		n.heard[a.Ack] = heard
		if err := n.hear(a.Ack, func() { heard <- struct{}{} }); err != nil {
			return nil, err
		}
	}
	t, err := n.topic(a.Topic)
	if err != nil {
		return nil, err
	}
	data := make([]byte, a.Size)
	if err := open(t, data, a.Window, heard); err != nil {
		return nil, err
	}
	var ms []float64
	all := time.Now()
	for i := 0; i < a.Count; i += a.Window {
		start := time.Now()
		for range a.Window {
			if err := t.Publish(context.Background(), data); err != nil {
				return nil, err
			}
		}
		select {
		case <-heard:
		case <-time.After(time.Minute):
			return nil, errors.New("no answer in a minute")
		}
		ms = append(ms, time.Since(start).Seconds()*1e3)
	}
	return map[string]any{"seconds": time.Since(all).Seconds(), "ms": ms}, nil
}

// open publishes until an answer comes: all have heard of all subscriptions then. Answers that are late have their time to come.
func open(t *pubsub.Topic, data []byte, window int, heard chan struct{}) error {
	isOpen := false
	for {
		come := len(heard)
		for range come {
			<-heard
		}
		if isOpen && come == 0 {
			return nil
		}
		isOpen = isOpen || come > 0
		for i := 0; !isOpen && i < window; i++ {
			if err := t.Publish(context.Background(), data); err != nil {
				return err
			}
		}
		time.Sleep(rest)
	}
}

func usage() (any, error) {
	runtime.GC()
	var taken syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &taken); err != nil {
		return nil, err
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return nil, err
	}
	var size, resident int
	_, err = fmt.Sscan(string(statm), &size, &resident)
	return map[string]any{
		"cpuSeconds": time.Duration(taken.Utime.Nano() + taken.Stime.Nano()).Seconds(),
		"rssBytes":   resident * os.Getpagesize(),
		"heapBytes":  memory.HeapAlloc,
	}, err
}

func newHost(listens bool) host.Host {
	options := []libp2p.Option{
		libp2p.Transport(tcp.NewTCPTransport), libp2p.Security(noise.ID, noise.New), libp2p.Muxer(yamux.ID, yamux.DefaultTransport),
		libp2p.ResourceManager(&network.NullResourceManager{}), libp2p.DisableMetrics(), libp2p.EnableRelay(),
	}
	if listens {
		options = append(options, libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"))
	} else {
		options = append(options, libp2p.NoListenAddrs)
	}
	h, err := libp2p.New(options...)
	check(err)
	return h
}

func say(line any) {
	text, err := json.Marshal(line)
	check(err)
	fmt.Println(string(text))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
