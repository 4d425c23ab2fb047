using System;
using System.IO;
using NanoLibp2p.Boards.Virtual;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal.Desktop;
using Sensors;

// settings are arguments here, a line each; a board has them in its store
string text = args.Length > 0 ? string.Join('\n', args) : "dial = /ip4/127.0.0.1/tcp/4001\nevery = 2000";
string folder = Path.Combine(
    Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "NanoSensor1");
using var board = new VirtualBoard("NanoSensor1", new FileStore(folder), new ConsoleLog());
BoardProgram.Run(board, (it, stored) => SensorProgram.Create(it, new OwnSensor(), DeviceSettings.Parse(text), it.CreateOptions()));

internal sealed class ConsoleLog : IDeviceLog
{
    public void Write(string line) => Console.WriteLine(line);
}
