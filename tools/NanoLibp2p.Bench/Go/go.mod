module nanolibp2p.example/bench

go 1.23

require (
	github.com/libp2p/go-libp2p v0.41.1
	github.com/libp2p/go-libp2p-pubsub v0.13.1
)
