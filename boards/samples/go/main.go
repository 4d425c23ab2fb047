// Hears a topic with go-libp2p: go run . [LISTEN] [TOPIC]
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
)

func main() {
	ctx := context.Background()
	host, err := libp2p.New(libp2p.ListenAddrStrings(argument(1, "/ip4/0.0.0.0/tcp/4001")))
	check(err)
	gossip, err := pubsub.NewGossipSub(ctx, host)
	check(err)
	topic, err := gossip.Join(argument(2, "nanolibp2p/readings"))
	check(err)
	readings, err := topic.Subscribe()
	check(err)
	for _, address := range host.Addrs() {
		fmt.Printf("dial = %s/p2p/%s\n", address, host.ID())
	}
	for {
		message, err := readings.Next(ctx)
		check(err)
		fmt.Printf("%s %s\n", message.GetFrom(), message.Data)
	}
}

func argument(index int, otherwise string) string {
	if len(os.Args) > index {
		return os.Args[index]
	}
	return otherwise
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
