namespace NanoLibp2p.Firmware.Mail
{
    // How far a MailTaker is with a gateway.
    internal enum MailState
    {
        // until it is due
        Idle,

        // the connection to the gateway is being made
        Dialing,

        // the gateway was asked for mail
        Asking,

        // the gateway had no mailbox, and the handler has asked it for one
        Opening,
    }
}
