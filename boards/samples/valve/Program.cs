using NanoLibp2p.Boards.Virtual;
using NanoLibp2p.Firmware;
using NanoLibp2p.Samples;

using VirtualBoard board = SampleBoard.Create("valve", args, "dial = /ip4/127.0.0.1/tcp/4001\ntopic = garden/valve");
BoardProgram.Run(board, (it, settings) => ValveProgram.Create(it, new PrintedValve(), settings, it.CreateOptions()));
