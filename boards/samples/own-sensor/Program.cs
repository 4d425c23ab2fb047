using NanoLibp2p.Boards.Virtual;
using NanoLibp2p.Firmware;
using NanoLibp2p.Samples;

using VirtualBoard board = SampleBoard.Create("own-sensor", args, "dial = /ip4/127.0.0.1/tcp/4001\nevery = 2000");
BoardProgram.Run(board,
    (it, settings) => SensorProgram.Create(it, new ClimateSensor(new SimulatedClimate()), settings, it.CreateOptions()));
