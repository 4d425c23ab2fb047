using NanoLibp2p.Boards.Virtual;
using NanoLibp2p.Firmware;
using NanoLibp2p.Samples;

using VirtualBoard board = SampleBoard.Create("mail-valve", args, "mail-follow = on");
BoardProgram.Run(board, (it, settings) => MailValveProgram.Create(it, new PrintedValve(), settings));
