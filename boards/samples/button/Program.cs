using System;
using NanoLibp2p.Boards.Virtual;
using NanoLibp2p.Firmware;
using NanoLibp2p.Samples;

Console.WriteLine("press Enter");
using VirtualBoard board = SampleBoard.Create("button", args, "dial = /ip4/127.0.0.1/tcp/4001");
EnterKey key = new();
BoardProgram.Run(board, (it, settings) => ButtonProgram.Create(it, key, settings, it.CreateOptions()));
